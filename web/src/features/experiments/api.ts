import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { toApiError } from "@/api/errors";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { RunSummary } from "@/api/types";
import { nameForServer } from "./run-fields";

export interface ListView {
  project?: string;
  filter?: string;
  sort?: string;
  order?: "asc" | "desc";
}

export const experimentsQuery = (view: ListView, offset: number) =>
  queryOptions({
    queryKey: queryKeys.experiments.list({ ...view, offset }),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/experiments", { params: { query: { ...listQuery(view), offset } }, signal })),
  });

export const experimentQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.experiments.one(id),
    queryFn: ({ signal }) => unwrap(api.GET("/api/experiments/{id}", { params: { path: { id } }, signal })),
  });

export interface RunsView extends Omit<ListView, "project"> {
  /** Metrics and params beside the run's own fields: `metrics.acc`, `params.lr`. */
  columns: readonly string[];
}

/** Metrics of running runs move without a ledger event: look again this often. */
const RUNNING_PACE_MS = 5000;

export const experimentRunsQuery = (id: string, view: RunsView, offset: number) =>
  queryOptions({
    queryKey: queryKeys.experiments.runPage(id, { ...view, offset }),
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
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? RUNNING_PACE_MS : false),
  });

/** How many of the newest runs are looked at for the names of metrics and params. */
const SAMPLE = 100;

/** The newest runs with all they have: which metrics and params there are to choose from. */
export const sampleRunsQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.runSample(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/experiments/{id}/runs", { params: { path: { id }, query: { limit: SAMPLE } }, signal }),
      ),
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? 3 * RUNNING_PACE_MS : false),
  });

/** One of the runs that are compared, with all it has. */
export const comparedRunQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.runs.detail(id),
    queryFn: ({ signal }) => unwrap(api.GET("/api/runs/{id}", { params: { path: { id } }, signal })),
  });

function isRunning(run: Pick<RunSummary, "status">): boolean {
  return run.status === "running";
}

function listQuery({ project, filter, sort, order }: ListView) {
  return {
    project,
    sort: sort && nameForServer(sort),
    order,
    limit: PAGE_SIZE,
    ...filterQuery(filter),
  };
}

/** A sign of comparison, or a word for one before what it compares with: plain names hold such words too. */
const COMPARISON = /[=<>]|\s(i?like\s+['"]|in\s*\(|is\s+(not\s+)?null\b)/i;

/** A text with a comparison is a filter of the grammar; any other is searched for as it stands. */
export function filterQuery(text: string | undefined): { filter?: string; q?: string } {
  const typed = text?.trim();
  if (!typed) return {};
  return COMPARISON.test(typed) ? { filter: typed } : { q: typed };
}

/** What is wrong with the filter that a list was asked for; null: it was understood. */
export function filterError(error: Error | null): string | null {
  return error && toApiError(error).status === 422 ? toApiError(error).message : null;
}
