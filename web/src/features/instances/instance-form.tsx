import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { writeHeaders } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import type { Instance } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ErrorSummary, FieldGrid, type FieldProblem, FormActions, SelectField, TextField } from "@/ui/form";
import { RelativeTime } from "@/ui/time";
import { summaryQuery } from "./api";
import { type Draft, dropDraft, keepDraft, readDraft } from "./drafts";
import { reasonOf } from "./editing";
import {
  changedFields,
  FIELDS,
  type Field,
  type FieldName,
  gpusOf,
  isField,
  labelOf,
  parse,
  problemOf,
  textOf,
} from "./fields";
import styles from "./instances.module.css";
import { saveForm, saveNew } from "./saving";
import { useRefusal } from "./use-refusal";
import type { NewInstance } from "./writes";

interface Props {
  /** The instance that is edited; null: a new one. */
  instance: Instance | null;
  /** What a new one begins with. */
  like?: Instance | null;
  project: string | undefined;
  onClose: () => void;
  onSaved?: (instance: Instance) => void;
}

type Typed = Partial<Record<FieldName, string>>;

/** Makes or changes an instance. What is typed survives a reload; leaving with it unsent asks first. */
export function InstanceForm({ instance, like, project, onClose, onSaved }: Props) {
  const client = useQueryClient();
  const refusal = useRefusal();
  const key = instance ? String(instance.id) : "new";
  const [draft] = useState(() => (like ? null : readDraft(key)));
  const [typed, setTyped] = useState<Typed>(() => draft?.typed ?? (like ? copyOf(like) : {}));
  // Edits are based on what was on screen when they began: what others did since is merged, or decided.
  const [base, setBase] = useState<Instance | null>(draft?.base ?? instance);
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set());
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [asking, setAsking] = useState(false);
  const [showsDraft, setShowsDraft] = useState(draft !== null);
  const [busy, setBusy] = useState(false);
  const headers = useRef<ReturnType<typeof writeHeaders> | null>(null);

  const values = valuesOf(typed, instance);
  const dirty = FIELDS.some(({ name }) => typed[name] !== undefined && typed[name] !== startOf(name, base));
  const local = FIELDS.flatMap(({ name }) => problemFor(name, values[name]));
  const remote = failure ? remoteProblems(failure, typed) : [];
  const errorOf = (name: FieldName) =>
    local.find(({ field }) => field === name && left.has(name))?.message ??
    remote.find(({ field }) => field === name)?.message ??
    null;
  const submitted = left.size === FIELDS.length;

  useLeaveWarning(dirty);
  const type = (name: FieldName, text: string) => {
    headers.current = null;
    const next = { ...typed, [name]: text };
    if (text === startOf(name, base)) delete next[name];
    setTyped(next);
    // The server's word on a field counts until it is changed.
    if (failure) setFailure(withoutField(failure, name));
    keepDraft(key, { typed: next, base: base ?? null, at: new Date().toISOString() } satisfies Draft);
  };
  const discard = () => {
    dropDraft(key);
    setTyped({});
    setBase(instance);
    setFailure(null);
    setShowsDraft(false);
  };
  const close = () => {
    if (busy) return;
    if (dirty && !asking) setAsking(true);
    else onClose();
  };

  const submit = async () => {
    setLeft(new Set(FIELDS.map(({ name }) => name)));
    if (local.length > 0 || refusal) return;
    setBusy(true);
    setFailure(null);
    // One key for one intention: pressing again after a failure repeats it, typing makes another.
    headers.current ??= writeHeaders(base?.version);
    try {
      const saved = base
        ? await saveForm(client, base, changedFields(base, { ...values }), headers.current)
        : await saveNew(client, bodyOf(values), project, headers.current);
      dropDraft(key);
      onSaved?.(saved);
      onClose();
    } catch (error) {
      if (toApiError(error).status !== 0) headers.current = null;
      setFailure(toApiError(error));
    } finally {
      setBusy(false);
    }
  };

  const title = instance ? `Edit ${instance.name}` : "New instance";
  return (
    <Dialog title={title} opened onClose={close} size={640}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {asking && (
          <LeaveQuestion
            onStay={() => setAsking(false)}
            onKeep={onClose}
            onDiscard={() => {
              dropDraft(key);
              onClose();
            }}
          />
        )}
        {showsDraft && draft && !asking && (
          <div className={styles.draft} role="status">
            <span>
              What you typed <RelativeTime time={draft.at} /> is here again.
            </span>
            <Button size="small" onClick={discard}>
              Discard it
            </Button>
          </div>
        )}
        <ErrorSummary problems={submitted ? [...local, ...remote] : remote} />
        <Fields
          values={values}
          errorOf={errorOf}
          onType={type}
          onLeave={(name) => setLeft((old) => new Set(old).add(name))}
        />
        <FormActions
          submitLabel={instance ? "Save" : "Create instance"}
          busy={busy}
          disabled={refusal}
          onCancel={close}
        >
          <Gpus values={values} />
        </FormActions>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  values: Record<FieldName, string>;
  errorOf: (name: FieldName) => string | null;
  onType: (name: FieldName, text: string) => void;
  onLeave: (name: FieldName) => void;
}

function Fields({ values, errorOf, onType, onLeave }: FieldsProps) {
  const known = useQuery(summaryQuery({})).data;
  const suggestions: Partial<Record<FieldName, string[]>> = {
    model_name: known?.models.map(({ name }) => name),
    cluster_name: known?.clusters.map(({ name }) => name),
  };
  return (
    <FieldGrid>
      {FIELDS.map((field) => {
        const shared = {
          name: field.name,
          label: field.label,
          value: values[field.name],
          error: errorOf(field.name),
          required: field.required,
          hint: hintOf(field),
          autoFocus: field.name === "name",
          span: SPANS[field.name],
          onChange: (text: string) => onType(field.name, text),
          onBlur: () => onLeave(field.name),
        };
        return field.options ? (
          <SelectField key={field.name} {...shared} options={field.options} />
        ) : (
          <TextField
            key={field.name}
            {...shared}
            numeric={field.kind === "number"}
            rows={field.name === "description" ? 3 : undefined}
            suggestions={suggestions[field.name]}
          />
        );
      })}
    </FieldGrid>
  );
}

const SPANS: Record<FieldName, 3 | 4 | 6 | 8 | 12> = {
  ...{ name: 12, model_name: 8, model_version: 4, cluster_name: 6, image_tag: 6 },
  ...{ replicas: 3, pp: 3, cp: 3, tp: 3, status: 6, priority: 6, description: 12 },
};

function hintOf({ min, max }: Field): ReactNode {
  return max === undefined ? undefined : `${min}–${max}`;
}

function Gpus({ values }: { values: Record<FieldName, string> }) {
  const names = ["pp", "cp", "tp", "replicas"] as const;
  if (names.some((name) => problemOf(name, values[name]) !== null)) return null;
  const [pp, cp, tp, replicas] = names.map((name) => Number(values[name])) as [
    number,
    number,
    number,
    number,
  ];
  return (
    <>
      {plural(gpusOf({ pp, cp, tp, replicas }), "GPU")}: {formatInteger(pp * cp * tp)} a replica
    </>
  );
}

interface LeaveProps {
  onStay: () => void;
  onKeep: () => void;
  onDiscard: () => void;
}

function LeaveQuestion({ onStay, onKeep, onDiscard }: LeaveProps) {
  return (
    <div className={`${styles.draft} ${styles.leave}`} role="alert">
      <span>What you typed is not saved.</span>
      <Button size="small" onClick={onStay} autoFocus>
        Go on
      </Button>
      <Button size="small" onClick={onKeep}>
        Close, keep the draft
      </Button>
      <Button size="small" variant="danger" onClick={onDiscard}>
        Discard
      </Button>
    </div>
  );
}

/** The browser asks before the page is left with something unsent. */
function useLeaveWarning(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
}

function startOf(name: FieldName, base: Instance | null): string {
  return base ? textOf(base[name]) : (FIELDS.find((field) => field.name === name)?.initial ?? "");
}

function valuesOf(typed: Typed, instance: Instance | null): Record<FieldName, string> {
  return Object.fromEntries(
    FIELDS.map(({ name }) => [name, typed[name] ?? startOf(name, instance)]),
  ) as Record<FieldName, string>;
}

/** All but the name, which must be another. */
function copyOf(instance: Instance): Typed {
  const values = Object.fromEntries(FIELDS.map(({ name }) => [name, textOf(instance[name])])) as Typed;
  return { ...values, name: `${instance.name}-copy` };
}

function bodyOf(values: Record<FieldName, string>): NewInstance {
  return Object.fromEntries(
    FIELDS.map(({ name }) => [name, parse(name, values[name])]),
  ) as unknown as NewInstance;
}

function problemFor(name: FieldName, value: string): FieldProblem[] {
  const message = problemOf(name, value);
  return message === null ? [] : [{ field: name, message }];
}

/** What the server said, at the fields that it means. */
function remoteProblems(error: ApiError, typed: Typed): FieldProblem[] {
  const named = error.problems.length > 0 ? error.problems.map(sentenceOf) : namedField(error);
  if (named.length === 0) {
    const kept = Object.keys(typed).length > 0 ? " What you typed is kept." : "";
    return [{ field: null, message: `${reasonOf(error)}.${kept}` }];
  }
  return named;
}

function sentenceOf({ path, message }: { path: string; message: string }): FieldProblem {
  const name = path.replace(/^body\./, "");
  return isField(name)
    ? { field: name, message: `${labelOf(name)} ${message}` }
    : { field: null, message: `${path}: ${message}` };
}

/** A conflict that names its field: a name that is taken. */
function namedField(error: ApiError): FieldProblem[] {
  const { field } = error.details;
  return typeof field === "string" && isField(field) ? [{ field, message: error.message }] : [];
}

function withoutField(error: ApiError, name: FieldName): ApiError | null {
  const left = error.problems.filter(({ path }) => path !== name);
  if (left.length === 0) return null;
  error.details.problems = left;
  return error;
}
