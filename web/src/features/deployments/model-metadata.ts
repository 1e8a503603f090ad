import { queryOptions } from "@tanstack/react-query";
import { errorFromResponse, NetworkError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { Deployment } from "@/api/types";
import { serverUrl } from "@/lib/root";

/** An input or output of a model, as the Open Inference Protocol tells it. */
export interface Tensor {
  name: string;
  datatype: string;
  /** −1: any number. */
  shape: number[];
}

export interface ModelMetadata {
  name: string;
  versions?: string[];
  platform?: string;
  inputs: Tensor[];
  outputs: Tensor[];
}

/** Where we reach a deployment's protocols: the server may have another name for itself. */
function modelUrl({ endpoint, name }: Pick<Deployment, "endpoint" | "name">): string {
  return serverUrl(`${new URL(endpoint).pathname}/v2/models/${encodeURIComponent(name)}`);
}

/** What the served model takes and gives; it answers only once a replica is ready. */
export const metadataQuery = (deployment: Pick<Deployment, "id" | "name" | "endpoint" | "model_version">) =>
  queryOptions({
    queryKey: [...queryKeys.deployments.one(deployment.id), "metadata", deployment.model_version],
    queryFn: async ({ signal }) => (await ask(modelUrl(deployment), { signal })) as ModelMetadata,
    staleTime: 5 * 60_000,
  });

/** Send a request of the Open Inference Protocol, as people typed it. */
export async function infer(
  deployment: Pick<Deployment, "name" | "endpoint">,
  body: string,
): Promise<{ answer: unknown; ms: number }> {
  const began = performance.now();
  const answer = await ask(`${modelUrl(deployment)}/infer`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return { answer, ms: performance.now() - began };
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "include", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new NetworkError(error);
  }
  const text = await response.text();
  const body = text.startsWith("{") ? JSON.parse(text) : text;
  if (response.ok) return body;
  // This protocol's failures are `{"error": "text"}`.
  const said = typeof body === "object" && typeof body.error === "string" ? body.error : body;
  throw errorFromResponse(response, said);
}

/** The largest number of values that an example writes out. */
const MOST_VALUES = 1024;

const EXAMPLES: Record<string, unknown> = { BOOL: true, BYTES: "text" };

/** One value that an input of this type takes. */
function exampleValue(datatype: string): unknown {
  return EXAMPLES[datatype] ?? (datatype.startsWith("FP") || datatype.startsWith("BF") ? 0.5 : 1);
}

/** The shape of one example: a single row, and one of whatever else is open. */
function exampleShape(shape: readonly number[]): number[] {
  return shape.map((size) => (size < 0 ? 1 : size));
}

/** A request that the model takes; null where it would be too long to read. */
export function exampleRequest({ inputs }: ModelMetadata): { inputs: unknown[] } | null {
  const sizes = inputs.map(({ shape }) => exampleShape(shape).reduce((all, size) => all * size, 1));
  if (sizes.length === 0 || sizes.reduce((all, size) => all + size, 0) > MOST_VALUES) return null;
  return {
    inputs: inputs.map(({ name, datatype, shape }, index) => ({
      name,
      shape: exampleShape(shape),
      datatype,
      data: Array(sizes[index]).fill(exampleValue(datatype)),
    })),
  };
}

/** The example for a terminal. */
export function curlSnippet(url: string, request: object, needsToken: boolean): string {
  const token = needsToken ? ` \\\n  -H "Authorization: Bearer $STUDIO_TOKEN"` : "";
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  return `curl ${url} \\\n  -H 'Content-Type: application/json'${token} \\\n  -d '${body}'`;
}

/** The example for Python without packages; values that are all alike are written once. */
export function pythonSnippet(url: string, { inputs }: ModelMetadata, needsToken: boolean): string {
  const tensors = inputs.map(({ name, datatype, shape }) => {
    const own = exampleShape(shape);
    const count = own.reduce((all, size) => all * size, 1);
    const value = pythonValue(exampleValue(datatype), datatype);
    const data = count === 1 ? `[${value}]` : `[${value}] * ${count}`;
    return `    {"name": ${JSON.stringify(name)}, "shape": [${own.join(", ")}], "datatype": "${datatype}", "data": ${data}},`;
  });
  const token = needsToken ? `, "Authorization": "Bearer " + os.environ["STUDIO_TOKEN"]` : "";
  return `import json${needsToken ? ", os" : ""}, urllib.request

inputs = [
${tensors.join("\n")}
]
request = urllib.request.Request(
    "${url}",
    data=json.dumps({"inputs": inputs}).encode(),
    headers={"Content-Type": "application/json"${token}},
)
print(json.load(urllib.request.urlopen(request))["outputs"])`;
}

function pythonValue(value: unknown, datatype: string): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return datatype === "BYTES" ? JSON.stringify(value) : String(value);
}
