import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { filterQuery } from "@/api/list-filter";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { RunColumn, RunComparison, RunSummary } from "@/api/types";
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

/** Whose runs are listed: those of one experiment, or all of a project. */
export type RunScope = { experiment: string } | { project: string | undefined };

/** Whether the runs in use are listed, or those that were put aside. */
export type Lifecycle = "active" | "deleted";

export interface RunsAsked extends Omit<ListView, "project"> {
  /** Metrics, params and tags beside the run's own fields: `metrics.acc`, `params.lr`. */
  columns: readonly string[];
  lifecycle?: Lifecycle;
}

/** Metrics of running runs move without a ledger event: look again this often. */
const RUNNING_PACE_MS = 5000;

export const runsQuery = (scope: RunScope, asked: RunsAsked, offset: number) =>
  queryOptions({
    queryKey: asOfKey(asked.at, runsKey(scope, "page", { ...asked, offset })),
    ...asOfOptions(asked.at),
    queryFn: ({ signal }) => {
      const query = {
        ...listQuery(asked),
        lifecycle: asked.lifecycle,
        // Without metrics and params among them the server leaves both out.
        columns: ["name", ...asked.columns.map(nameForServer)].join(","),
        offset,
      };
      return unwrap(
        "experiment" in scope
          ? api.GET("/api/experiments/{id}/runs", {
              params: { path: { id: scope.experiment }, query },
              signal,
            })
          : api.GET("/api/runs", { params: { query: { ...query, project: scope.project } }, signal }),
      );
    },
    refetchInterval: ({ state }) =>
      asked.at === undefined && state.data?.items.some(isRunning) ? RUNNING_PACE_MS : false,
  });

function runsKey(scope: RunScope, part: "page" | "groups", query: object) {
  if (!("experiment" in scope)) return queryKeys.experiments.allRuns({ ...scope, part, ...query });
  return part === "page"
    ? queryKeys.experiments.runPage(scope.experiment, query)
    : queryKeys.experiments.groupPage(scope.experiment, query);
}

export interface GroupsView extends Pick<RunsAsked, "filter" | "sort" | "order" | "at" | "lifecycle"> {
  /** A param, tag or attribute of runs. */
  by: string;
  /** Metrics whose spread is shown. */
  columns: readonly string[];
}

/** How many metrics an answer about groups tells of. */
const MOST_METRICS = 20;

/** Runs by what they have in common. */
export const runGroupsQuery = (scope: RunScope, view: GroupsView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(view.at, runsKey(scope, "groups", { ...view, offset })),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) => {
      const metrics = view.columns.filter((field) => field.startsWith("metrics.")).slice(0, MOST_METRICS);
      const columns = view.at === undefined ? metrics.map(nameForServer).join(",") : "";
      const query = {
        ...listQuery(view),
        ...{ lifecycle: view.lifecycle, by: nameForServer(view.by), columns, offset },
      };
      return unwrap(
        "experiment" in scope
          ? api.GET("/api/experiments/{id}/run-groups", {
              params: { path: { id: scope.experiment }, query },
              signal,
            })
          : api.GET("/api/runs/groups", { params: { query: { ...query, project: scope.project } }, signal }),
      );
    },
  });

interface ColumnsAsked {
  /** A part of the name. */
  q: string;
  kind?: RunColumn["kind"][];
  limit: number;
}

/** Names of metrics, params and tags that the runs have. */
export function readColumns(scope: RunScope, query: ColumnsAsked, signal: AbortSignal) {
  return unwrap(
    "experiment" in scope
      ? api.GET("/api/experiments/{id}/run-columns", {
          params: { path: { id: scope.experiment }, query },
          signal,
        })
      : api.GET("/api/runs/columns", { params: { query: { ...query, project: scope.project } }, signal }),
  );
}

/** How many names of columns are asked for at once. */
const COLUMNS = 100;
/** Names hardly change. */
export const NAMES_STALE_MS = 30_000;

/** Metrics, params and tags that the runs have, by a part of their names. */
export const runColumnsQuery = (scope: RunScope, q: string, kind?: RunColumn["kind"][]) =>
  queryOptions({
    queryKey: queryKeys.runColumns({ ...scope, q, kind }),
    queryFn: ({ signal }) => readColumns(scope, { q, kind, limit: COLUMNS }, signal),
    placeholderData: keepPreviousData,
    staleTime: NAMES_STALE_MS,
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

/** So many ids fit into one address. */
const IDS_AT_ONCE = 100;

/** Runs by their ids, archived ones too, as they are now; of tags and params those that are asked for. */
export const runsByIdQuery = (ids: readonly string[], columns: readonly string[] = []) =>
  queryOptions({
    queryKey: queryKeys.experiments.allRuns({ ids, columns }),
    staleTime: 0,
    queryFn: async ({ signal }): Promise<RunSummary[]> => {
      const parts = Array.from({ length: Math.ceil(ids.length / IDS_AT_ONCE) }, (_, part) =>
        ids.slice(part * IDS_AT_ONCE, (part + 1) * IDS_AT_ONCE),
      );
      const pages = await Promise.all(
        parts.map((part) =>
          unwrap(
            api.GET("/api/runs", {
              params: {
                query: {
                  project: "*",
                  lifecycle: "all",
                  filter: `id in (${part.map((id) => `'${id}'`).join(", ")})`,
                  columns: ["name", ...columns.map(nameForServer)].join(","),
                  limit: IDS_AT_ONCE,
                },
              },
              signal,
            }),
          ),
        ),
      );
      return pages.flatMap(({ items }) => items);
    },
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
