import type { RunColumn, RunSummary } from "@/api/types";

/** Characters that the filter grammar takes without quotes. */
const BARE = /^[\p{L}\p{N}_.\-/:]+$/u;

/** `metrics.val loss` → ``metrics.`val loss` ``, as the server's lists take names; own fields stay as they are. */
export function nameForServer(field: string): string {
  const [kind, name] = splitField(field);
  if (kind === null || BARE.test(name)) return field;
  return `${kind}.${name.includes("`") ? `"${name}"` : `\`${name}\``}`;
}

/** Whether a list can be asked for a column: names with a comma, or with both quotes, cannot be written. */
export function isAskable(field: string): boolean {
  return !field.includes(",") && !(field.includes("`") && field.includes('"'));
}

export const FIELD_KINDS = ["metrics", "params", "tags"] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** What the server calls a kind of column, as the names of fields begin. */
export const FIELD_KIND_OF: Record<RunColumn["kind"], FieldKind> = {
  metric: "metrics",
  param: "params",
  tag: "tags",
};

/** `metrics.val/loss` → `["metrics", "val/loss"]`, `status` → `[null, "status"]`. */
export function splitField(field: string): [FieldKind | null, string] {
  const dot = field.indexOf(".");
  const kind = FIELD_KINDS.find((one) => one === field.slice(0, dot));
  return kind ? [kind, field.slice(dot + 1)] : [null, field];
}

/** Metrics and params found in some runs, those of most runs first, metrics before params. */
export function fieldsOf(runs: Iterable<Pick<RunSummary, "metrics" | "params">>): string[] {
  const found = new Map<string, number>();
  const count = (field: string) => {
    if (isAskable(field)) found.set(field, (found.get(field) ?? 0) + 1);
  };
  for (const run of runs) {
    for (const name of Object.keys(run.metrics)) count(`metrics.${name}`);
    for (const name of Object.keys(run.params)) count(`params.${name}`);
  }
  return [...found].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([field]) => field);
}

const FIRST_METRICS = 4;
const FIRST_PARAMS = 3;

/** What a table shows before anybody chose: the params that tell runs apart, then the most common metrics. */
export function firstFields(runs: readonly Pick<RunSummary, "metrics" | "params">[]): string[] {
  const fields = fieldsOf(runs);
  const isMetric = (field: string) => field.startsWith("metrics.") && !field.startsWith("metrics.system/");
  const params = fields.filter((field) => field.startsWith("params."));
  const differing = params.filter((field) => valuesOf(runs, field).size > 1);
  return [
    ...(runs.length > 1 ? differing : params).slice(0, FIRST_PARAMS),
    ...fields.filter(isMetric).slice(0, FIRST_METRICS),
  ];
}

function valuesOf(runs: readonly Pick<RunSummary, "params">[], field: string): Set<string | undefined> {
  const [, name] = splitField(field);
  return new Set(runs.map((run) => run.params[name]));
}
