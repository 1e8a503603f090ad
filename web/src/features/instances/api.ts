import { queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap, unwrapRows } from "@/api/client";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { Instance } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import type { PRIORITIES, STATUSES } from "./fields";

export type Status = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];

/** What the list of instances is narrowed to. */
export interface InstanceFilter {
  project?: string;
  filter?: string;
  status?: Status;
  priority?: Priority;
  model?: string;
  cluster?: string;
  /** The moment that is shown. */
  at?: AsOf;
}

export interface InstancesView extends InstanceFilter {
  sort?: string;
  order?: "asc" | "desc";
  columns?: string[];
  /** Ids of the rows that are selected. */
  sel?: string[];
  /** The form that is open: `new`, or an instance's id. */
  form?: string;
}

/** The same filter as the server's lists take it. */
export function filterParameters({ project, filter, status, priority, model, cluster, at }: InstanceFilter) {
  return {
    project,
    q: filter,
    status,
    priority,
    model_name: model,
    cluster_name: cluster,
    ...asOfParam(at),
  };
}

const FIRST_ORDER = { sort: "name", order: "asc" } as const;

/** In which order the list stands; before anybody chose one: by name. */
export function orderOf({ sort, order }: InstancesView): { sort: string; order: "asc" | "desc" } {
  return sort === undefined ? FIRST_ORDER : { sort, order: order ?? "desc" };
}

export const instancesQuery = (view: InstancesView, offset: number, limit = PAGE_SIZE) => {
  const query = { ...filterParameters(view), ...orderOf(view), skip: offset, limit, can: "1" as const };
  return queryOptions({
    queryKey: asOfKey(view.at, queryKeys.instances.list(query)),
    ...asOfOptions(view.at),
    queryFn: ({ signal }) => unwrapRows(api.GET("/api/instances", { params: { query }, signal })),
  });
};

/** How many there are of each status, priority, cluster and model, with a filter in force. */
export const summaryQuery = (filter: InstanceFilter) => {
  const query = filterParameters(filter);
  return queryOptions({
    queryKey: asOfKey(filter.at, queryKeys.instances.summary(query)),
    ...asOfOptions(filter.at),
    queryFn: ({ signal }) => unwrap(api.GET("/api/instances/summary", { params: { query }, signal })),
  });
};

export const instanceQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.instances.detail(id)),
    ...asOfOptions(at),
    // One that is gone is gone for each part of its page.
    retryOnMount: false,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/instances/{id}", {
          params: { path: { id: Number(id) }, query: { can: "1", ...asOfParam(at) } },
          signal,
        }),
      ),
  });

export interface HistoryView {
  operation?: "create" | "update" | "delete";
  field?: string;
  actor?: string;
  from?: string;
  to?: string;
  /** The two versions that are chosen to be compared. */
  pick?: string[];
  at?: AsOf;
}

export const historyQuery = (id: string, view: HistoryView, offset: number) => {
  const query = {
    operation_type: view.operation,
    field: view.field,
    actor: view.actor,
    start_date: view.from,
    end_date: view.to,
    limit: PAGE_SIZE,
    offset,
    ...asOfParam(view.at),
  };
  return queryOptions({
    queryKey: asOfKey(view.at, [...queryKeys.instances.history(id), query]),
    ...asOfOptions(view.at),
    queryFn: async ({ signal }) => {
      const page = await unwrap(
        api.GET("/api/instances/{id}/history", { params: { path: { id: Number(id) }, query }, signal }),
      );
      return { ...page, total_exact: true, next_cursor: null };
    },
  });
};

export const compareQuery = (id: string, a: number, b: number) =>
  queryOptions({
    queryKey: [...queryKeys.instances.history(id), "compare", a, b],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/instances/{id}/history/compare", {
          params: { path: { id: Number(id) }, query: { a, b } },
          signal,
        }),
      ),
  });

/** The instances with some ids, as they are now; those that are gone are left out. */
export async function fetchInstances(ids: readonly string[]): Promise<Instance[]> {
  const found = await Promise.all(
    ids.map((id) =>
      unwrap(api.GET("/api/instances/{id}", { params: { path: { id: Number(id) } } })).catch((error) => {
        if (error?.status === 404) return null;
        throw error;
      }),
    ),
  );
  return found.filter((one) => one !== null);
}
