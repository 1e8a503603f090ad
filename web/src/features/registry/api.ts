import { queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { filterQuery } from "@/api/list-filter";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { AsOf } from "@/lib/as-of";
import type { ListView } from "@/lib/list-view";

/** Which model, as the address names it: by its id, or by its name in a project. */
export interface ModelKey {
  model: string;
  project?: string;
  at: AsOf;
}

export interface VersionKey extends ModelKey {
  number: number;
}

const MODEL = "/api/registry/models/{model}";
const VERSION = "/api/registry/models/{model}/versions/{number}";

export const modelsQuery = ({ project, filter, sort, order, at }: ListView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.models({ project, filter, sort, order, offset })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models", {
          params: {
            query: {
              project,
              sort,
              order,
              limit: PAGE_SIZE,
              offset,
              ...filterQuery(filter),
              ...asOfParam(at),
            },
          },
          signal,
        }),
      ),
  });

export const modelQuery = ({ model, project, at }: ModelKey) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.model(model, "detail", { project })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET(MODEL, { params: { path: { model }, query: { project, ...asOfParam(at) } }, signal })),
  });

export const versionsQuery = (
  { model, project, at }: ModelKey,
  { filter, sort, order }: ListView,
  offset: number,
) =>
  queryOptions({
    queryKey: asOfKey(
      at,
      queryKeys.registry.model(model, "versions", { project, filter, sort, order, offset }),
    ),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models/{model}/versions", {
          params: {
            path: { model },
            query: {
              project,
              sort,
              order,
              limit: PAGE_SIZE,
              offset,
              ...filterQuery(filter),
              ...asOfParam(at),
            },
          },
          signal,
        }),
      ),
  });

export const comparisonQuery = ({ model, project, at }: ModelKey, numbers: readonly number[]) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.model(model, "comparison", { project, numbers })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models/{model}/compare", {
          params: { path: { model }, query: { versions: numbers.join(","), project, ...asOfParam(at) } },
          signal,
        }),
      ),
  });

/** How many moves of aliases are shown at once. */
export const MOVES = 50;

export const aliasMovesQuery = ({ model, project, at }: ModelKey, limit: number) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.model(model, "alias-moves", { project, limit })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models/{model}/alias-moves", {
          params: { path: { model }, query: { limit, project, ...asOfParam(at) } },
          signal,
        }),
      ),
  });

export const versionQuery = ({ model, number, project, at }: VersionKey) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.version(model, number, "detail", { project })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET(VERSION, {
          params: { path: { model, number }, query: { project, ...asOfParam(at) } },
          signal,
        }),
      ),
  });

export type Direction = "up" | "down" | "both";

export const lineageQuery = (
  { model, number, project, at }: VersionKey,
  direction: Direction,
  depth: number,
) =>
  queryOptions({
    queryKey: asOfKey(
      at,
      queryKeys.registry.version(model, number, "lineage", { project, direction, depth }),
    ),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models/{model}/versions/{number}/lineage", {
          params: { path: { model, number }, query: { project, direction, depth, ...asOfParam(at) } },
          signal,
        }),
      ),
  });

/** Deployments that serve a version or once did, the newest first. */
export const deploymentsOfQuery = (modelId: string, number: number, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.version(modelId, number, "deployments")),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/deployments", {
          params: {
            query: {
              project: "*",
              filter: `model_id = '${modelId}' and model_version = ${number}`,
              limit: 100,
              ...asOfParam(at),
            },
          },
          signal,
        }),
      ),
  });

/** What was asked for about a version, the newest first. */
export const approvalsOfQuery = (versionId: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.approvals({ versionId })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/approvals", {
          params: {
            query: {
              project: "*",
              filter: `entity = 'model_version' and entity_id = '${versionId}'`,
              limit: 100,
              ...asOfParam(at),
            },
          },
          signal,
        }),
      ),
  });

/** How many events of a version its history shows at most. */
export const EVENTS = 500;

/** What happened to a version, the oldest first. */
export const historyQuery = (versionId: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.approvals({ historyOf: versionId })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/events", {
          params: { query: { entity: `model_version:${versionId}`, limit: EVENTS, ...asOfParam(at) } },
          signal,
        }),
      ),
  });
