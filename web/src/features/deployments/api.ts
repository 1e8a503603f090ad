import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap, writeHeaders } from "@/api/client";
import { sendMerging } from "@/api/conflicts";
import { filterQuery } from "@/api/list-filter";
import { PAGE_SIZE } from "@/api/paged-rows";
import { queryKeys } from "@/api/query-keys";
import type { Deployment } from "@/api/types";
import type { AsOf } from "@/lib/as-of";

export interface DeploymentsView {
  project?: string;
  filter?: string;
  order?: "asc" | "desc";
  at?: AsOf;
}

export const deploymentsQuery = ({ project, filter, order, at }: DeploymentsView, offset: number) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.deployments.list({ project, filter, order, offset })),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/deployments", {
          params: {
            query: { project, order, limit: PAGE_SIZE, offset, ...filterQuery(filter), ...asOfParam(at) },
          },
          signal,
        }),
      ),
  });

export const deploymentQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, [...queryKeys.deployments.one(id), "detail"]),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/deployments/{id}", { params: { path: { id }, query: asOfParam(at) }, signal })),
  });

export const replicasQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.deployments.replicas(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/deployments/{id}/replicas", { params: { path: { id }, query: asOfParam(at) }, signal }),
      ),
  });

export const endpointsQuery = (id: string, at: AsOf) =>
  queryOptions({
    queryKey: asOfKey(at, queryKeys.deployments.endpoints(id)),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/deployments/{id}/endpoints", {
          params: { path: { id }, query: asOfParam(at) },
          signal,
        }),
      ),
  });

/** Why a write is made, as the history keeps it. */
function reasonHeader(reason: string): Record<string, string> {
  return reason.trim() === "" ? {} : { "x-studio-reason": encodeURIComponent(reason.trim()) };
}

/** Fields that decide whether an end is still what was meant; that its state moved meanwhile does not. */
const GROUNDS = ["model_version", "environment", "stop_requested"];

interface Ending {
  deployment: Deployment;
  reason: string;
}

/** Stop serving. */
export function useStopDeployment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ deployment: { id, version }, reason }: Ending) =>
      sendMerging(version, GROUNDS, (current) =>
        unwrap(
          api.POST("/api/deployments/{id}/stop", {
            params: { path: { id }, header: writeHeaders(current) },
            headers: reasonHeader(reason),
          }),
        ),
      ),
    onSuccess: (deployment) =>
      client.setQueryData(deploymentQuery(deployment.id, undefined).queryKey, deployment),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.deployments.all }),
  });
}

/** Remove a deployment that has stopped. */
export function useDeleteDeployment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ deployment: { id, version }, reason }: Ending) =>
      sendMerging(version, GROUNDS, (current) =>
        unwrap(
          api.DELETE("/api/deployments/{id}", {
            params: { path: { id }, header: { "if-match": `"${current}"` } },
            headers: reasonHeader(reason),
          }),
        ),
      ),
    onSuccess: (_, { deployment }) => {
      client.removeQueries({ queryKey: queryKeys.deployments.one(deployment.id) });
      return client.invalidateQueries({ queryKey: queryKeys.deployments.lists });
    },
  });
}
