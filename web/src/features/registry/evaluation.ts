/** One number of an evaluation, by its path in dots. */
export interface Measure {
  name: string;
  value: number;
}

/** Endings of names of which less is better: times, errors, losses, sizes. */
const LESS_IS_BETTER =
  /(^|[._-])(latency|duration|time|loss|error|errors|err|mae|mse|rmse|mape|perplexity|size|memory|cost|toxicity|wer|cer|fpr|fnr)([._-]|$)|_(ms|s|us|bytes)$/i;

/** Which direction of a measure is good, as far as its name tells. */
export function isLessBetter(name: string): boolean {
  return LESS_IS_BETTER.test(name);
}

/** All numbers of an evaluation, nested ones by their path; what is no number is left out. */
export function measuresOf(evaluation: Readonly<Record<string, unknown>> | null, prefix = ""): Measure[] {
  return Object.entries(evaluation ?? {}).flatMap(([key, value]): Measure[] => {
    const name = `${prefix}${key}`;
    if (typeof value === "number") return [{ name, value }];
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return measuresOf(value as Record<string, unknown>, `${name}.`);
    return [];
  });
}

/** What is measured first where there is room for one: accuracy if there is one, else what the evaluation names first. */
export function headline(evaluation: Readonly<Record<string, unknown>> | null): Measure | null {
  const all = measuresOf(evaluation);
  return all.find(({ name }) => /accuracy|^acc$|(^|[._-])(f1|auc|r2)([._-]|$)/i.test(name)) ?? all[0] ?? null;
}

export type Verdict = "better" | "worse" | "same";

/** How a value stands against another one of the same measure. */
export function verdictOf(name: string, value: number, against: number): Verdict {
  if (value === against) return "same";
  return value < against === isLessBetter(name) ? "better" : "worse";
}

/** An interval around a difference. */
export interface Interval {
  low: number;
  high: number;
}

const Z_95 = 1.959964;

/**
 * The 95 % interval of the difference of two shares, each out of a number of rows.
 *
 * Returns: null where one of them is no share, or comes from no rows.
 * Source: Newcombe, Statist. Med. 17 (1998) 873-890, method 10 (by Wilson's score intervals).
 */
export function differenceInterval(
  share: number,
  rows: number,
  against: number,
  againstRows: number,
): Interval | null {
  const own = wilson(share, rows);
  const other = wilson(against, againstRows);
  if (own === null || other === null) return null;
  const difference = share - against;
  return {
    low: difference - Math.hypot(share - own.low, other.high - against),
    high: difference + Math.hypot(own.high - share, against - other.low),
  };
}

function wilson(share: number, rows: number): Interval | null {
  if (!(share >= 0 && share <= 1) || !(rows >= 1)) return null;
  const z2 = Z_95 * Z_95;
  const middle = (share + z2 / (2 * rows)) / (1 + z2 / rows);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / rows + z2 / (4 * rows * rows))) / (1 + z2 / rows);
  return { low: middle - half, high: middle + half };
}

/** What an evaluation calls the number of rows that it was measured on. */
export const ROWS = "rows";

/** Of how many rows an evaluation says that it was measured on. */
export function rowsOf(evaluation: Readonly<Record<string, unknown>> | null): number | null {
  const rows = evaluation?.[ROWS];
  return typeof rows === "number" && Number.isInteger(rows) && rows > 0 ? rows : null;
}
