import { asOfParam } from "@/api/as-of";
import type { LogLine } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import type { LineSource } from "@/ui/big-list/line-cache";
import { fetchLines, type LogQuestion } from "./log-api";

/** All lines of a run, by number: row 0 is line `firstLine`; of the past those that were known then. */
export function allLines(runId: string, at: AsOf, firstLine: number): LineSource<LogLine> {
  return {
    lines: (from, count, signal) => fetchLines(runId, asOfParam(at), firstLine + from, count, signal),
  };
}

/** The lines that a question leaves: row i is line `numbers()[i]`. */
export function matchingLines(
  runId: string,
  question: LogQuestion,
  numbers: () => readonly number[],
): LineSource<LogLine> {
  return {
    lines: async (from, count, signal) => {
      const first = numbers()[from];
      const wanted = Math.min(count, numbers().length - from);
      return first === undefined ? [] : fetchLines(runId, question, first, wanted, signal);
    },
  };
}

/** The place of the first number that is not below `wanted`. */
export function placeOf(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How much of each stretch of the log some rows are: place → share, without the places that have none. */
export function shares(rows: readonly number[], rowCount: number, places: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const place = Math.floor((row / rowCount) * places);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const rowsPerPlace = Math.max(1, rowCount / places);
  return new Map([...counts].map(([place, count]) => [place, Math.min(1, count / rowsPerPlace)]));
}

/** What is marked in lines: a text or a pattern. */
export interface Mark {
  q: string;
  regex?: true;
  match_case?: true;
}

/** The pattern that marks hits; null where the browser does not know the server's syntax, or nothing is asked. */
export function patternOf({ q, regex, match_case }: Mark): RegExp | null {
  if (q === "") return null;
  const source = regex ? q : q.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  try {
    return new RegExp(source, match_case ? "g" : "gi");
  } catch {
    return null;
  }
}

/** A text cut where a pattern is found: every second piece is a hit. */
export function splitByHits(text: string, pattern: RegExp | null): string[] {
  if (pattern === null) return [text];
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "") continue;
    pieces.push(text.slice(end, match.index), match[0]);
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}
