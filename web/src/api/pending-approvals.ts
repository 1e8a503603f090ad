import { queryOptions } from "@tanstack/react-query";
import type { AsOf } from "@/lib/as-of";
import { asOfKey, asOfOptions, asOfParam } from "./as-of";
import { api, unwrap } from "./client";
import { queryKeys } from "./query-keys";

/** How many are read at once. */
const MOST = 50;

/** What was asked for in a project and waits for another person, the newest first. */
export const pendingApprovalsQuery = (project: string | undefined, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.approvals({ project, status: "pending" })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/approvals", {
          params: { query: { project, filter: "status = 'pending'", limit: MOST, ...asOfParam(at) } },
          signal,
        }),
      ),
  });
