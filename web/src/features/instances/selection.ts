import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/query-keys";
import type { Instance, Page } from "@/api/types";
import { fetchInstances, type InstanceFilter } from "./api";

/** Instances that some list has already, by id, each in its newest version. */
export function knownInstances(client: QueryClient): Map<string, Instance> {
  const known = new Map<string, Instance>();
  for (const [, page] of client.getQueriesData<Page<Instance>>({ queryKey: queryKeys.instances.lists }))
    for (const one of Array.isArray(page?.items) ? page.items : []) {
      const old = known.get(String(one.id));
      if (!old || old.version < one.version) known.set(String(one.id), one);
    }
  return known;
}

/** The instances with some ids, from what is known, and else from the server. */
export async function loadInstances(client: QueryClient, ids: readonly string[]): Promise<Instance[]> {
  const known = knownInstances(client);
  const missing = ids.filter((id) => !known.has(id));
  for (const one of await fetchInstances(missing)) known.set(String(one.id), one);
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** Whether a list with this filter shows an instance. */
export function isShown(
  instance: Instance,
  { filter, status, priority, model, cluster }: InstanceFilter,
): boolean {
  const { name, model_name, cluster_name, image_tag, description } = instance;
  const wanted = filter?.toLowerCase() ?? "";
  return (
    (status === undefined || instance.status === status) &&
    (priority === undefined || instance.priority === priority) &&
    (model === undefined || model_name === model) &&
    (cluster === undefined || cluster_name === cluster) &&
    [name, model_name, cluster_name, image_tag, description].some((text) =>
      text.toLowerCase().includes(wanted),
    )
  );
}
