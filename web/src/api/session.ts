import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { queryKeys } from "./query-keys";

/** How one may sign in here, and what everybody must know about this server. */
export const authMethodsQuery = queryOptions({
  queryKey: queryKeys.authMethods,
  queryFn: ({ signal }) => unwrap(api.GET("/api/auth/methods", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
