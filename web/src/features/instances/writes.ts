import { api, unwrap, type WriteHeaders, writeHeaders } from "@/api/client";
import { toApiError } from "@/api/errors";
import type { BulkAnswer, BulkBody, Instance } from "@/api/types";
import type { FieldName, InstanceChanges } from "./fields";

/** How long one try may take, and the pauses before the next ones: a minute in all, when the badge says Offline too. */
const TRY_MS = 8000;
const PAUSES_MS = [300, 700, 1500, 2500, ...Array<number>(11).fill(5000)];
const NOBODY_THERE = [0, 502, 503, 504];

/**
 * Send one intention until somebody answers: the key in its headers makes a repeat harmless, so that an edit under
 * which the server died is either confirmed or known to have failed.
 *
 * Raises: ApiError as the server says it; NetworkError when nobody answered for a minute.
 */
async function patiently<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (const pause of [...PAUSES_MS, null]) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (pause === null || !NOBODY_THERE.includes(toApiError(error).status)) throw error;
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }
  throw new Error("unreachable: the last try returns or throws");
}

/** Why a write is made, as the history keeps it. */
export function reasonHeader(reason = ""): Record<string, string> {
  return reason.trim() === "" ? {} : { "x-studio-reason": encodeURIComponent(reason.trim()) };
}

/** A new instance's fields; those that are not given have the server's defaults. */
export type NewInstance = Pick<Instance, "name" | "model_name" | "cluster_name" | "image_tag"> &
  Partial<Pick<Instance, FieldName>>;

export function createInstance(body: NewInstance, project: string | undefined, headers: WriteHeaders) {
  return patiently((signal) =>
    unwrap(api.POST("/api/instances", { params: { query: { project }, header: headers }, body, signal })),
  );
}

export function updateInstance(
  id: number,
  changes: InstanceChanges,
  headers: WriteHeaders,
): Promise<Instance> {
  return patiently((signal) =>
    unwrap(
      api.PUT("/api/instances/{id}", { params: { path: { id }, header: headers }, body: changes, signal }),
    ),
  );
}

/** Many changes, all or nothing. */
export function sendBulk(body: BulkBody, reason?: string, headers = writeHeaders()): Promise<BulkAnswer> {
  return patiently((signal) =>
    unwrap(
      api.POST("/api/instances/bulk", {
        params: { header: headers },
        headers: reasonHeader(reason),
        body,
        signal,
      }),
    ),
  );
}

/** Bring an instance back to what it was after one of its changes. */
export function restoreInstance(id: number, historyId: number, version: number | undefined, reason: string) {
  const headers = writeHeaders(version);
  return patiently((signal) =>
    unwrap(
      api.POST("/api/instances/{id}/restore", {
        params: { path: { id }, header: headers },
        headers: reasonHeader(reason),
        body: { history_id: historyId },
        signal,
      }),
    ),
  );
}
