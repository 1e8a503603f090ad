import { api, unwrap } from "@/api/client";
import { errorFromResponse, NetworkError } from "@/api/errors";
import type { ImportReport, Operation } from "@/api/types";
import { apiBase } from "@/lib/root";
import type { AppLive } from "@/live/context";
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

/** How often to look how far an import has come while the socket, which tells it, is away or silent. */
const LOOK_MS = 300;
const SILENT_MS = 5000;

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
  live: AppLive,
  onProgress: (operation: Operation) => void,
): Promise<ImportReport> {
  const ended = begun.status === "running" ? await whenEnded(begun, live, onProgress) : begun;
  if (ended.status === "canceled") throw new Error("It was canceled; nothing was changed.");
  if (ended.status === "failed") throw new Error(ended.error?.message ?? "It failed.");
  // A long report is too large for a socket.
  const told = ended.result === null ? await readOperation(ended.id) : ended;
  return told.result as ImportReport;
}

function whenEnded(
  begun: Operation,
  live: AppLive,
  onProgress: (operation: Operation) => void,
): Promise<Operation> {
  return new Promise<Operation>((resolve, reject) => {
    let heardAt = performance.now();
    const hear = (operation: Operation) => {
      heardAt = performance.now();
      onProgress(operation);
      if (operation.status !== "running") finish(() => resolve(operation));
    };
    const look = () => {
      if (live.socket.state.get().kind !== "live" || performance.now() - heardAt > SILENT_MS)
        readOperation(begun.id).then(hear, (error) => finish(() => reject(error)));
    };
    const unfollow = live.operations.follow(begun.id, hear);
    const timer = setInterval(look, LOOK_MS);
    const finish = (then: () => void) => {
      clearInterval(timer);
      unfollow();
      then();
    };
    onProgress(begun);
  });
}

export function cancelImport(id: string): Promise<unknown> {
  return unwrap(api.POST("/api/operations/{id}/cancel", { params: { path: { id } } }));
}
