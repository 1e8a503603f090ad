import type { RunComparison } from "@/api/types";
import { fromWire } from "@/lib/numbers";
import { shortId } from "@/ui/copyable-id";

export type ComparedMetric = NonNullable<RunComparison["metrics"]>["items"][number];

/** What runs are called beside each other: their names, with the beginning of the id where several have the same. */
export function labelsOf(runs: readonly { id: string; name: string }[]): string[] {
  const isTaken = (name: string) => runs.filter((run) => run.name === name).length > 1;
  return runs.map(({ id, name }) => (isTaken(name) ? `${name} ${shortId(id)}` : name));
}

/** Names of what gets better as it gets smaller. */
const LOWER_IS_BETTER =
  /loss|error|err\b|perplexity|ppl|rmse|mse|mae|latency|duration|time|_ms$|_s$|wer\b|cer\b|fid\b/i;
const HIGHER_IS_BETTER =
  /acc|auc|f1|precision|recall|score|bleu|rouge|map\b|iou|r2|throughput|per_s|tokens|reward|win_rate/i;

/** Whether a metric gets better upwards (1) or downwards (−1), as far as its name tells; 0: it does not. */
export function directionOf(name: string): 1 | -1 | 0 {
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (LOWER_IS_BETTER.test(last)) return -1;
  return HIGHER_IS_BETTER.test(last) ? 1 : 0;
}

/** The places of the best values; none where nobody can tell which is better, or all are alike. */
export function bestOf({ name, values }: Pick<ComparedMetric, "name" | "values">): ReadonlySet<number> {
  const direction = directionOf(name);
  const numbers = values.map(fromWire);
  const finite = numbers.filter((value): value is number => value !== null && Number.isFinite(value));
  if (direction === 0 || new Set(finite).size < 2) return new Set();
  const best = direction > 0 ? Math.max(...finite) : Math.min(...finite);
  return new Set(numbers.flatMap((value, place) => (value === best ? [place] : [])));
}

/** One thing that every run has a value of, to be drawn along an axis. */
export interface Dimension {
  /** `metrics.acc` or `params.lr`. */
  field: string;
  name: string;
  /** A number for each run; null: it has none. Words are numbered in their order. */
  values: (number | null)[];
  /** What stands at the numbers, where they are those of words. */
  words: string[] | null;
}

/** What the runs can be placed by: params that differ, and metrics. */
export function dimensionsOf({ params, metrics }: Pick<RunComparison, "params" | "metrics">): Dimension[] {
  const given = (params?.items ?? []).filter(({ differs }) => differs);
  return [
    ...given.map(({ key, values }) => paramDimension(key, values)),
    ...(metrics?.items ?? []).map(({ name, values }) => ({
      field: `metrics.${name}`,
      name,
      values: values.map(finiteOrNull),
      words: null,
    })),
  ];
}

function paramDimension(key: string, values: readonly (string | null)[]): Dimension {
  const field = `params.${key}`;
  const numbers = values.map((value) => (value === null || value.trim() === "" ? null : Number(value)));
  if (values.every((value, place) => value === null || Number.isFinite(numbers[place])))
    return { field, name: key, values: numbers, words: null };
  const words = [...new Set(values.filter((value): value is string => value !== null))].sort((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
  return {
    field,
    name: key,
    values: values.map((value) => (value === null ? null : words.indexOf(value))),
    words,
  };
}

function finiteOrNull(value: number | string | null): number | null {
  const number = fromWire(value);
  return number !== null && Number.isFinite(number) ? number : null;
}

/** The smallest and the greatest value, apart from each other; null: there is none. */
export function extentOf({ values }: Pick<Dimension, "values">): [number, number] | null {
  const there = values.filter((value): value is number => value !== null);
  if (there.length === 0) return null;
  const [low, high] = [Math.min(...there), Math.max(...there)];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}
