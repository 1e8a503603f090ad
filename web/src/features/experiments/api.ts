import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { filterQuery } from "@/api/list-filter";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { RunComparison, RunSummary } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import type { ListView } from "@/lib/list-view";
import { nameForServer } from "./run-fields";

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

export interface GroupsView extends Pick<ListView, "filter" | "sort" | "order" | "at"> {
  /** A param, tag or attribute of runs. */
  by: string;
  /** Metrics whose spread is shown. */
  columns: readonly string[];
}

/** How many metrics an answer about groups tells of. */
const MOST_METRICS = 20;

/** Runs by what they have in common. */
export const runGroupsQuery = (id: string, view: GroupsView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(view.at, queryKeys.experiments.groupPage(id, { ...view, offset })),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) => {
      const metrics = view.columns.filter((field) => field.startsWith("metrics.")).slice(0, MOST_METRICS);
      const columns = view.at === undefined ? metrics.map(nameForServer).join(",") : "";
      return unwrap(
        api.GET("/api/experiments/{id}/run-groups", {
          params: {
            path: { id },
            query: { ...listQuery(view), by: nameForServer(view.by), columns, offset },
          },
          signal,
        }),
      );
    },
  });

/** How many names of columns are asked for at once. */
const COLUMNS = 100;

/** Metrics, params and tags that the experiment's runs have, by a part of their names. */
export const runColumnsQuery = (id: string, q: string, kind?: ("metric" | "param" | "tag")[]) =>
  queryOptions({
    queryKey: queryKeys.runColumns({ id, q, kind }),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/experiments/{id}/run-columns", {
          params: { path: { id }, query: { q, kind, limit: COLUMNS } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
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

export interface ComparisonAsked {
  runs: readonly string[];
  reference?: string;
  include: readonly ("params" | "metrics" | "config")[];
  curves?: { metrics: readonly string[]; x: "step" | "time" | "relative"; buckets: number };
}

/** Runs beside each other. */
export const comparisonQuery = ({ runs, reference, include, curves }: ComparisonAsked, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.experiments.comparison({ runs, reference, include, curves })),
    ...asOfOptions(at),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<RunComparison> =>
      (await unwrap(
        api.POST("/api/runs/compare", {
          params: { query: asOfParam(at) },
          body: {
            ...{ run_ids: [...runs], reference, include: [...include] },
            ...(curves && { curves: { ...curves, metrics: [...curves.metrics], attempts: "last" } }),
          },
          signal,
        }),
      )) as RunComparison,
    refetchInterval: ({ state }) =>
      at === undefined && state.data?.runs.some(isRunning) ? RUNNING_PACE_MS : false,
  });

/** Runs of the project whose name contains a text. */
export const runsByNameQuery = (q: string) =>
  queryOptions({
    queryKey: queryKeys.experiments.allRuns({ q, found: true }),
    enabled: q !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/runs", { params: { query: { q, limit: 8, columns: "name" } }, signal })),
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
