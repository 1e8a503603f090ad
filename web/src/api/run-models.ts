import { queryOptions } from "@tanstack/react-query";
import type { AsOf } from "@/lib/as-of";
import { asOfKey, asOfOptions, asOfParam } from "./as-of";
import { api, unwrap } from "./client";
import { queryKeys } from "./query-keys";

/** Models that a run has logged, and the versions that come from it. */
export const runModelsQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.registry.ofRun(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/runs/{id}/models", { params: { path: { id }, query: asOfParam(at) }, signal })),
  });
