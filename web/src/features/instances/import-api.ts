import { api, unwrap } from "@/api/client";
import { errorFromResponse, NetworkError } from "@/api/errors";
import type { ImportReport, Operation } from "@/api/types";
import { apiBase } from "@/lib/root";
import type { Format } from "./formats";

/** What becomes of rows whose instance is there already. */
export type OnConflict = "update" | "skip" | "fail";

interface Wanted {
  file: File;
  format: Format;
  project: string | undefined;
  onConflict: OnConflict;
  /** Only say what would happen. */
  dryRun: boolean;
}

/** How often to look how far an import has come. */
const LOOK_MS = 300;

/** Begin an import; it goes on by itself. Raises: ApiError when the file is not taken. */
export async function beginImport({ file, format, project, onConflict, dryRun }: Wanted): Promise<Operation> {
  const query = new URLSearchParams({
    format: format.name,
    on_conflict: onConflict,
    ...(dryRun ? { dry_run: "1" } : {}),
    ...(project ? { project } : {}),
  });
  const response = await fetch(`${apiBase}/api/instances/import?${query}`, {
    method: "POST",
    body: file,
    headers: { "content-type": format.mime },
    credentials: "include",
  }).catch((error) => {
    throw new NetworkError(error);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw errorFromResponse(response, body);
  return body as Operation;
}

const readOperation = (id: string) =>
  unwrap(api.GET("/api/operations/{id}", { params: { path: { id } } })) as Promise<Operation>;

/**
 * Wait until an import has ended, telling how far it is.
 *
 * Raises: Error with the reason when it failed or was canceled; ApiError when the server does not answer.
 */
export async function whenImported(
  begun: Operation,
  onProgress: (operation: Operation) => void,
): Promise<ImportReport> {
  let operation = begun;
  for (;;) {
    onProgress(operation);
    if (operation.status === "succeeded") return operation.result as ImportReport;
    if (operation.status === "canceled") throw new Error("It was canceled; nothing was changed.");
    if (operation.status === "failed") throw new Error(operation.error?.message ?? "It failed.");
    await new Promise((wake) => setTimeout(wake, LOOK_MS)); // between two looks
    operation = await readOperation(operation.id);
  }
}

export function cancelImport(id: string): Promise<unknown> {
  return unwrap(api.POST("/api/operations/{id}/cancel", { params: { path: { id } } }));
}
