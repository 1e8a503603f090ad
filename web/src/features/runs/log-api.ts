import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { LogLine, LogPage } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import type { LevelWord } from "./log-levels";

/** Which lines are wanted; nothing set: all. */
export interface LogQuestion {
  q?: string;
  regex?: true;
  match_case?: true;
  level?: LevelWord[];
  /** RFC 3339 times; `to` is excluded. */
  from?: string;
  to?: string;
  /** The moment that is shown. It narrows nothing: every line that was known then is there. */
  as_of?: string;
}

export function asksNothing(question: LogQuestion): boolean {
  return Object.entries(question).every(([name, value]) => name === "as_of" || value === undefined);
}

/** How many lines there are, the first one's number, and how many of each level. */
export const logSummaryQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.runs.logs(id), "summary"]),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs/{id}/logs", {
          params: { path: { id }, query: { limit: 1, ...asOfParam(at) } },
          signal,
        }),
      ),
    staleTime: 60_000,
    ...asOfOptions(at),
  });

/** How many lines came when, by level. */
export const logHistogramQuery = (id: string, at: AsOf, buckets: number) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.runs.logs(id), "histogram", buckets]),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs/{id}/logs/histogram", {
          params: { path: { id }, query: { buckets, ...asOfParam(at) } },
          signal,
        }),
      ),
    staleTime: 60_000,
    ...asOfOptions(at),
    placeholderData: keepPreviousData,
  });

/** Lines that a question leaves, in ascending order, from number `line` on. */
export async function fetchLines(
  id: string,
  question: LogQuestion,
  line: number,
  count: number,
  signal?: AbortSignal,
): Promise<LogLine[]> {
  const query = { ...question, from_line: line, limit: count };
  const page = await unwrap(api.GET("/api/runs/{id}/logs", { params: { path: { id }, query }, signal }));
  return page.items;
}

/** The last lines that a question leaves, in ascending order. */
export async function fetchLastLines(
  id: string,
  question: LogQuestion,
  count: number,
  signal: AbortSignal,
): Promise<LogPage> {
  const query = { ...question, direction: "backward" as const, limit: count };
  return unwrap(api.GET("/api/runs/{id}/logs", { params: { path: { id }, query }, signal }));
}

/** Numbers of matching lines in one slice of the log; `fromLine` null begins with the newest slice. */
export async function fetchHits(
  id: string,
  question: LogQuestion,
  fromLine: number | null,
  signal: AbortSignal,
) {
  const query = { ...question, ...(fromLine === null ? {} : { from_line: fromLine }) };
  return unwrap(api.GET("/api/runs/{id}/logs/hits", { params: { path: { id }, query }, signal }));
}

/** The number of the first line at or after a moment; null: there is none. */
export async function lineAt(id: string, at: AsOf, time: number): Promise<number | null> {
  const from = new Date(time).toISOString();
  const page = await unwrap(
    api.GET("/api/runs/{id}/logs", {
      params: { path: { id }, query: { from, limit: 1, ...asOfParam(at) } },
    }),
  );
  return page.items[0]?.line ?? null;
}
