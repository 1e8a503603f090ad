import { queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap, unwrapRows } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { AsOf } from "@/lib/as-of";

/** What the dashboard shows: of which project, as of which moment. */
export interface Scope {
  project?: string;
  at: AsOf;
}

/** How many runs there are of each status. */
export const runCountsQuery = ({ project, at }: Scope) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.experiments.allRuns({ project, counts: true })),
    ...asOfOptions(at),
    queryFn: async ({ signal }) => {
      const query = { project, limit: 1, columns: "name", facets: ["status" as const], ...asOfParam(at) };
      const page = await unwrap(api.GET("/api/runs", { params: { query }, signal }));
      return { total: page.total, counts: page.facets?.status ?? {} };
    },
  });

/** Runs that failed lately are worth a look; older ones have been seen. */
export const RECENT_DAYS = 7;
const SHOWN = 8;

/** The runs that failed in the days before a moment, the last ones first. */
export const failedRunsQuery = ({ project, at }: Scope, before: number) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.experiments.allRuns({ project, failed: true, since: sinceOf(before) })),
    ...asOfOptions(at),
    queryFn: ({ signal }) => {
      const filter = failedFilter(before);
      const query = {
        project,
        filter,
        sort: "ended_at",
        order: "desc" as const,
        limit: SHOWN,
        columns: "name",
      };
      return unwrap(api.GET("/api/runs", { params: { query: { ...query, ...asOfParam(at) } }, signal }));
    },
  });

/** To the hour, so that the question stays the same for a while. */
function sinceOf(before: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor(before / hour) * hour - RECENT_DAYS * 24 * hour).toISOString();
}

export function failedFilter(before: number): string {
  return `status = 'failed' and ended_at > '${sinceOf(before)}'`;
}

/** States of a deployment by what they mean to whoever is on duty. */
export const DEPLOYMENT_GROUPS = {
  ready: ["ready"],
  moving: ["pending", "starting", "stopping"],
  trouble: ["degraded", "unavailable", "failed"],
  stopped: ["stopped"],
} as const;
export type DeploymentGroup = keyof typeof DEPLOYMENT_GROUPS;

export function stateFilter(group: DeploymentGroup): string {
  return `state in (${DEPLOYMENT_GROUPS[group].map((state) => `'${state}'`).join(", ")})`;
}

/** The deployments of a group, the newest first: how many there are, and the first of them. */
export const deploymentGroupQuery = ({ project, at }: Scope, group: DeploymentGroup) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.deployments.list({ project, group })),
    ...asOfOptions(at),
    queryFn: ({ signal }) => {
      const query = { project, filter: stateFilter(group), limit: group === "trouble" ? SHOWN : 1 };
      return unwrap(
        api.GET("/api/deployments", { params: { query: { ...query, ...asOfParam(at) } }, signal }),
      );
    },
  });

/** The fleet in numbers. */
export const fleetQuery = ({ project, at }: Scope) => {
  const query = { project, ...asOfParam(at) };
  return queryOptions({
    queryKey: asOfKey(at, queryKeys.instances.summary({ project })),
    ...asOfOptions(at),
    queryFn: ({ signal }) => unwrap(api.GET("/api/instances/summary", { params: { query }, signal })),
  });
};

/** The instances in error, the one that changed last first. */
export const brokenInstancesQuery = ({ project, at }: Scope) => {
  const query = {
    project,
    status: "error" as const,
    sort: "updated_at",
    order: "desc" as const,
    limit: SHOWN,
  };
  return queryOptions({
    queryKey: asOfKey(at, queryKeys.instances.list(query)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrapRows(api.GET("/api/instances", { params: { query: { ...query, ...asOfParam(at) } }, signal })),
  });
};

const CHANGES = 12;

/** What happened last, newest first: in the last day, or if nothing did, ever. */
export const latestChangesQuery = ({ project, at }: Scope, before: number) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.ledger.timeline({ project, latest: CHANGES })),
    ...asOfOptions(at),
    queryFn: async ({ signal }) => {
      const read = (from: string) =>
        unwrap(
          api.GET("/api/timeline", {
            params: { query: { project, from, limit: CHANGES, ...asOfParam(at) } },
            signal,
          }),
        );
      const day = await read(new Date(before - 86_400_000).toISOString());
      return day.total > 0
        ? { ...day, isDay: true }
        : { ...(await read("1970-01-01T00:00:00Z")), isDay: false };
    },
  });
