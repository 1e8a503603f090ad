import type { Client } from "./studio";

export interface Instance {
  id: number;
  name: string;
  replicas: number;
  priority: string;
  status: string;
  version: number;
}

/** An instance with some values. */
export function makeInstance(api: Client, name: string, values: object = {}): Promise<Instance> {
  return api.post("/api/instances", {
    ...{ name, model_name: "llama-3-70b", cluster_name: "gpu-cluster-0", image_tag: "vllm:0.9.2" },
    ...{ replicas: 3, tp: 4, ...values },
  });
}

const STATUSES = ["active", "active", "active", "pending", "error", "inactive"];
const PRIORITIES = ["medium", "critical", "low", "high"];

/** So many instances whose names begin alike. */
export async function makeFleet(api: Client, beginning: string, count: number): Promise<Instance[]> {
  const create = Array.from({ length: count }, (_, index) => ({
    name: `${beginning}-${String(index).padStart(3, "0")}`,
    ...{ model_name: ["llama-3-70b", "bge-large"][index % 2], model_version: `v${index % 30}` },
    ...{ cluster_name: `gpu-cluster-${index % 4}`, image_tag: "vllm:0.9.2", replicas: (index % 24) + 1 },
    ...{ status: STATUSES[index % 6], priority: PRIORITIES[index % 4] },
  }));
  const { items } = await api.post<{ items: { instance: Instance }[] }>("/api/instances/bulk", { create });
  return items.map(({ instance }) => instance);
}

export function read(api: Client, id: number): Promise<Instance> {
  return api.get(`/api/instances/${id}`);
}

/** Change an instance as somebody else would, with a reason for its history. */
export async function change(api: Client, id: number, values: object, reason?: string): Promise<void> {
  const headers: Record<string, string> = reason ? { "x-studio-reason": reason } : {};
  await api.post("/api/instances/bulk", { update: [{ id, ...values }] }, headers);
}
