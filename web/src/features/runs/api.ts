import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { Run } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import type { Range, XAxis } from "@/ui/time-chart/model";

/** What a running run's counts and its job's progress are read again by: telemetry is no ledger event. */
const RUNNING_PACE_MS = 5000;

export function isActive(run: Pick<Run, "status"> | undefined): boolean {
  return run?.status === "running" || run?.status === "queued";
}

export const runQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.runs.detail(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/runs/{id}", { params: { path: { id }, query: asOfParam(at) }, signal })),
    refetchInterval: ({ state }) => (at === undefined && isActive(state.data) ? RUNNING_PACE_MS : false),
  });

/** How many child runs are shown with their parent. */
const CHILDREN = 10;

/** The newest child runs of a run. */
export const childrenQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.experiments.allRuns({ parent: id })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs", {
          params: {
            query: { project: "*", filter: `parent_id = '${id}'`, limit: CHILDREN, ...asOfParam(at) },
          },
          signal,
        }),
      ),
  });

/** The job that drives a run. */
export const jobQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.jobs.one(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/training/jobs/{id}", { params: { path: { id }, query: asOfParam(at) }, signal })),
    refetchInterval: ({ state }) =>
      at === undefined && state.data?.status === "running" ? RUNNING_PACE_MS : false,
  });

export const metricNamesQuery = (id: string, at: AsOf, search?: string) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.runs.metrics(id), "names", search ?? ""]),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs/{id}/metrics/names", {
          params: { path: { id }, query: { q: search, ...asOfParam(at) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Points the server may answer per series: more than a wide screen has pixels. */
const BUCKETS = 2000;

/** One metric with all attempts, over a part of an axis. */
export const metricSeriesQuery = (id: string, at: AsOf, name: string, x: XAxis, range: Range) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.runs.metrics(id), "series", name, x, range]),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs/{id}/metrics", {
          params: {
            path: { id },
            query: {
              name: [name],
              x,
              buckets: BUCKETS,
              attempts: "all",
              ...rangeQuery(x, range),
              ...asOfParam(at),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    // Points come over the socket; a fetch would only repeat them.
    staleTime: 5 * 60_000,
    ...asOfOptions(at),
  });

function rangeQuery(x: XAxis, range: Range): { from?: string; to?: string } {
  if (!range) return {};
  const [from, to] = range;
  if (x === "time")
    return { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() };
  if (x === "step") return { from: String(Math.floor(from)), to: String(Math.ceil(to)) };
  return { from: String(from), to: String(to) };
}

const SPARK_BUCKETS = 60;

/** Several metrics in few points, for lines as small as a word. */
export const sparkQuery = (id: string, at: AsOf, names: readonly string[]) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.runs.metrics(id), "sparks", names]),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs/{id}/metrics", {
          params: {
            path: { id },
            query: { name: [...names], x: "step", buckets: SPARK_BUCKETS, ...asOfParam(at) },
          },
          signal,
        }),
      ),
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
  });
