import type { Instance } from "@/api/types";

export type FieldName =
  | "name"
  | "model_name"
  | "model_version"
  | "cluster_name"
  | "image_tag"
  | "replicas"
  | "pp"
  | "cp"
  | "tp"
  | "status"
  | "priority"
  | "description";

/** Some of an instance's fields with new values, as the server takes them. */
export type InstanceChanges = Partial<Pick<Instance, FieldName>>;

export interface Field {
  name: FieldName;
  label: string;
  /** The heading of its column, where the label is too long for one. */
  short?: string;
  kind: "text" | "number" | "choice";
  /** What a new instance has before anybody typed. */
  initial: string;
  required?: boolean;
  /** Of a number. */
  min?: number;
  max?: number;
  /** Of a text, in characters. */
  longest?: number;
  options?: readonly string[];
  hint?: string;
}

export const STATUSES = ["active", "inactive", "pending", "error"] as const;
export const PRIORITIES = ["low", "medium", "high", "critical"] as const;

/** The fields of an instance that people change, with the limits of the server's contract. */
export const FIELDS: readonly Field[] = [
  { name: "name", label: "Name", kind: "text", initial: "", required: true, longest: 255 },
  { name: "model_name", label: "Model", kind: "text", initial: "", required: true, longest: 255 },
  { name: "model_version", label: "Model version", kind: "text", initial: "latest", longest: 50 },
  { name: "cluster_name", label: "Cluster", kind: "text", initial: "", required: true, longest: 255 },
  { name: "image_tag", label: "Image tag", kind: "text", initial: "", required: true, longest: 255 },
  { name: "replicas", label: "Replicas", kind: "number", initial: "1", min: 1, max: 100 },
  { name: "pp", label: "Pipeline parallelism", short: "PP", kind: "number", initial: "1", min: 1, max: 16 },
  { name: "cp", label: "Context parallelism", short: "CP", kind: "number", initial: "8", min: 1, max: 64 },
  { name: "tp", label: "Tensor parallelism", short: "TP", kind: "number", initial: "1", min: 1, max: 16 },
  { name: "status", label: "Status", kind: "choice", initial: "active", options: STATUSES },
  { name: "priority", label: "Priority", kind: "choice", initial: "medium", options: PRIORITIES },
  { name: "description", label: "Description", kind: "text", initial: "", longest: 2000 },
];

const BY_NAME = new Map<string, Field>(FIELDS.map((field) => [field.name, field]));

export function fieldOf(name: FieldName): Field {
  return BY_NAME.get(name) as Field;
}

export function isField(name: string): name is FieldName {
  return BY_NAME.has(name);
}

/** The name of a field as people read it; a field that nobody edits (`updated_at`) is called as it is. */
export function labelOf(name: string): string {
  return BY_NAME.get(name)?.label ?? name;
}

/** What is wrong with a typed value; null: nothing. The server has the last word. */
export function problemOf(name: FieldName, typed: string): string | null {
  const { label, kind, min = 0, max = 0, longest, required, options } = fieldOf(name);
  const text = typed.trim();
  if (kind === "number") {
    const value = Number(text);
    const isRight = /^\d+$/.test(text) && value >= min && value <= max;
    return isRight ? null : `${label} must be ${min}–${max} (got ${text || "nothing"})`;
  }
  if (kind === "choice")
    return options?.includes(text) ? null : `${label} must be one of ${options?.join(", ")}`;
  if (required && text === "") return `${label} is needed`;
  if (longest && [...typed].length > longest)
    return `${label} may have ${longest} characters at most (got ${[...typed].length})`;
  return null;
}

/** Typed → the value that the server takes. Call it only with what `problemOf` lets pass. */
export function parse<Name extends FieldName>(name: Name, typed: string): Instance[Name] {
  const { kind, initial } = fieldOf(name);
  if (kind === "number") return Number(typed.trim()) as Instance[Name];
  const text = name === "description" ? typed : typed.trim();
  return (text === "" && name === "model_version" ? initial : text) as Instance[Name];
}

/** A value as it stands in a field. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** The fields of `typed` that differ from an instance, parsed. */
export function changedFields(instance: Instance, typed: Record<FieldName, string>): InstanceChanges {
  return Object.fromEntries(
    FIELDS.filter(({ name }) => parse(name, typed[name]) !== instance[name]).map(({ name }) => [
      name,
      parse(name, typed[name]),
    ]),
  ) as InstanceChanges;
}

/** How many GPUs an instance takes: those of one replica times its replicas. */
export function gpusOf({ pp, cp, tp, replicas }: Pick<Instance, "pp" | "cp" | "tp" | "replicas">): number {
  return pp * cp * tp * replicas;
}

/** `replicas 3, status active`. */
export function wordsOf(changes: InstanceChanges): string {
  return Object.entries(changes)
    .map(([name, value]) => `${labelOf(name).toLowerCase()} ${textOf(value) || "empty"}`)
    .join(", ");
}
