import { ApiError } from "./errors";

/** What the server tells of a write that was based on an older version. */
export interface StaleDetails {
  expected_version: number;
  current_version: number;
  /** The thing as it is now. */
  current: unknown;
  changes_since: { seq: number; at: string; actor: string; changes: Record<string, unknown> }[];
}

/** What a 412 tells; null for any other error. */
export function staleDetails(error: unknown): StaleDetails | null {
  if (!(error instanceof ApiError) || error.status !== 412) return null;
  const details = error.details as Partial<StaleDetails>;
  const isWhole = typeof details.current_version === "number" && Array.isArray(details.changes_since);
  return isWhole ? (details as StaleDetails) : null;
}

/**
 * Send a write based on `version`; where others changed only fields that it does not depend on, send it again based
 * on what is current.
 *
 * Args:
 *   version: The version that was on screen.
 *   dependsOn: Fields that decide whether the write is still what the user meant.
 *   send: Sends it, based on a version.
 * Raises: ApiError 412 when one of these fields was changed, any other as it is.
 */
export async function sendMerging<T>(
  version: number,
  dependsOn: readonly string[],
  send: (version: number) => Promise<T>,
): Promise<T> {
  try {
    return await send(version);
  } catch (error) {
    const stale = staleDetails(error);
    const changed = stale?.changes_since.flatMap(({ changes }) => Object.keys(changes));
    if (!stale || changed?.some((field) => dependsOn.includes(field))) throw error;
    return send(stale.current_version);
  }
}
