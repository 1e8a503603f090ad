import { queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { filterQuery } from "@/api/list-filter";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { RunSummary } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import { nameForServer } from "./run-fields";

export interface ListView {
  project?: string;
  filter?: string;
  sort?: string;
  order?: "asc" | "desc";
  at?: AsOf;
}

export const experimentsQuery = (view: ListView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(view.at, queryKeys.experiments.list({ ...view, offset })),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/experiments", { params: { query: { ...listQuery(view), offset } }, signal })),
  });

export const experimentQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.experiments.one(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/experiments/{id}", { params: { path: { id }, query: asOfParam(at) }, signal })),
  });

export interface RunsView extends Omit<ListView, "project"> {
  /** Metrics and params beside the run's own fields: `metrics.acc`, `params.lr`. */
  columns: readonly string[];
}

/** Metrics of running runs move without a ledger event: look again this often. */
const RUNNING_PACE_MS = 5000;

export const experimentRunsQuery = (id: string, view: RunsView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(view.at, queryKeys.experiments.runPage(id, { ...view, offset })),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/experiments/{id}/runs", {
          params: {
            path: { id },
            query: {
              ...listQuery(view),
              // Without metrics and params among them the server leaves both out.
              columns: ["name", ...view.columns.map(nameForServer)].join(","),
              offset,
            },
          },
          signal,
        }),
      ),
    refetchInterval: ({ state }) =>
      view.at === undefined && state.data?.items.some(isRunning) ? RUNNING_PACE_MS : false,
  });

/** Runs of all experiments, without their metrics and params. */
export const allRunsQuery = (view: ListView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(view.at, queryKeys.experiments.allRuns({ ...view, offset })),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/runs", {
          params: { query: { ...listQuery(view), project: view.project, columns: "name", offset } },
          signal,
        }),
      ),
  });

/** How many of the newest runs are looked at for the names of metrics and params. */
const SAMPLE = 100;

/** The newest runs with all they have: which metrics and params there are to choose from. */
export const sampleRunsQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.runSample(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/experiments/{id}/runs", {
          params: { path: { id }, query: { limit: SAMPLE, ...asOfParam(at) } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) =>
      at === undefined && state.data?.items.some(isRunning) ? 3 * RUNNING_PACE_MS : false,
  });

/** One of the runs that are compared, with all it has. */
export const comparedRunQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.runs.detail(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/runs/{id}", { params: { path: { id }, query: asOfParam(at) }, signal })),
  });

function isRunning(run: Pick<RunSummary, "status">): boolean {
  return run.status === "running";
}

function listQuery({ project, filter, sort, order, at }: ListView) {
  return {
    project,
    sort: sort && nameForServer(sort),
    order,
    limit: PAGE_SIZE,
    ...filterQuery(filter),
    ...asOfParam(at),
  };
}
