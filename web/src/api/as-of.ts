import { useRouterState } from "@tanstack/react-router";
import type { AsOf } from "@/lib/as-of";
import type { QueryKey } from "./query-keys";

/** The moment that the address shows (`at=`); undefined: now. */
export function useAsOf(): AsOf {
  return useRouterState({ select: (state) => state.location.search.at });
}

/** The query parameter of a read as of a moment; nothing for now. */
export function asOfParam(at: AsOf): { as_of?: string } {
  return at === undefined ? {} : { as_of: at };
}

const PAST = "as-of";

/** The key of an answer as of a moment. Those of the past stand apart: no event makes them stale. */
export function asOfKey<Key extends QueryKey>(
  at: AsOf,
  key: Key,
): Key | readonly [typeof PAST, string, ...Key] {
  return at === undefined ? key : [PAST, at, ...key];
}

/** Whether a key is that of an answer as of a moment. */
export function isOfThePast(key: QueryKey): boolean {
  return key[0] === PAST;
}

/** Options of a query as of a moment: what was does not change, so it is not asked for again. */
export function asOfOptions(at: AsOf): { staleTime?: "static" } {
  return at === undefined ? {} : { staleTime: "static" };
}

/** Why nothing can be changed while the past is shown. */
export const READ_ONLY = "You are looking at the past, where nothing can be changed. Return to now first.";

/** Why nothing can be changed here; null: it can. */
export function useReadOnly(): string | null {
  return useAsOf() === undefined ? null : READ_ONLY;
}
