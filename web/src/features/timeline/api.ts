import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { LedgerEvent, StateSummary } from "@/api/types";
import { afterEvent, seqOf, timeOf } from "@/lib/as-of";
import { parseTime } from "@/lib/time";

/** Where a moment lies: the last event up to it, and its time in milliseconds where that can be known. */
export interface Place {
  seq: number;
  ms: number | null;
}

/** What a moment is, by number and by time. The event of a number may be one that the reader may not see. */
export const placeQuery = (at: string) =>
  queryOptions({
    queryKey: queryKeys.past.place(at),
    staleTime: "static",
    queryFn: async ({ signal }): Promise<Place> => {
      const seq = seqOf(at);
      // A kind of which there are few: the answer says where the moment lies.
      const query = { entity: "project", limit: 1, as_of: at };
      if (seq === null) {
        const states = await unwrap(api.GET("/api/state", { params: { query }, signal }));
        return { seq: (states as unknown as { as_of_seq: number }).as_of_seq, ms: timeOf(at) };
      }
      const event = await eventAt(seq, signal);
      return { seq, ms: parseTime(event?.at) };
    },
  });

async function eventAt(seq: number, signal?: AbortSignal): Promise<LedgerEvent | null> {
  const query = { since: seq - 1, limit: 1, as_of: afterEvent(seq), project: EVERY_PROJECT };
  return (await unwrap(api.GET("/api/events", { params: { query }, signal }))).items[0] ?? null;
}

const EVERY_PROJECT = "*";
/** How many numbers are looked through at once on the way back, and how often at most. */
const BACK = 500;
const BACK_TRIES = 20;

/** The number of the next event that the project shows; null: there is none (within reach, on the way back). */
export async function neighbour(
  seq: number,
  direction: 1 | -1,
  project: string | undefined,
  signal?: AbortSignal,
): Promise<number | null> {
  if (direction === 1) {
    const query = { since: seq, limit: 1, project };
    return (await unwrap(api.GET("/api/events", { params: { query }, signal }))).items[0]?.seq ?? null;
  }
  let end = seq - 1;
  for (let tries = 0; tries < BACK_TRIES && end > 0; tries += 1) {
    const since = Math.max(0, end - BACK);
    const query = { since, limit: BACK, project, as_of: afterEvent(end) };
    const { items } = await unwrap(api.GET("/api/events", { params: { query }, signal }));
    const last = items.at(-1);
    if (last) return last.seq;
    end = since;
  }
  return null;
}

/** Where the ledger begins and ends, for a project. */
export const endsQuery = (project: string | undefined) =>
  queryOptions({
    queryKey: queryKeys.ledger.ends(project),
    queryFn: async ({ signal }) => {
      const query = { limit: 1, project };
      const page = await unwrap(api.GET("/api/events", { params: { query }, signal }));
      return { first: parseTime(page.items[0]?.at), head: page.head };
    },
    // Events come at one end only.
    staleTime: 60_000,
  });

/** Items of a window that are drawn; of more, the newest. */
export const MOST_ITEMS = 2000;

export interface WindowQuery {
  project?: string;
  /** Milliseconds; no end: up to now, as events come. */
  from: number;
  to: number | null;
}

/** What happened in a window of time, newest first. */
export const timelineQuery = ({ project, from, to }: WindowQuery, limit = MOST_ITEMS) =>
  queryOptions({
    queryKey: queryKeys.ledger.timeline({ project, from, to, limit }),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/timeline", {
          params: {
            query: { project, from: iso(from), to: to === null ? "now" : iso(to), limit },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Into how many parts of the whole time the events are counted. */
const PARTS = 200;

/** How many events fall into each part of all the time since a moment, oldest first. */
export const overviewQuery = (project: string | undefined, from: number) =>
  queryOptions({
    queryKey: queryKeys.ledger.timeline({ project, from, parts: PARTS }),
    queryFn: async ({ signal }): Promise<Counted> => {
      const query = { project, from: iso(from), to: "now", limit: 1, bins: PARTS };
      const found = await unwrap(api.GET("/api/timeline", { params: { query }, signal }));
      const parts = Array<number>(PARTS).fill(0);
      for (const { bins } of found.lanes)
        bins?.forEach((count, index) => {
          parts[index] = (parts[index] as number) + count;
        });
      return { parts, total: found.total, to: parseTime(found.to) ?? from };
    },
  });

/** Events counted in equal parts of a span that ends at `to`. */
export interface Counted {
  parts: readonly number[];
  total: number;
  to: number;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Events that are read together: those of a row come with those around it. */
export const BLOCK = 100;

export function blockOf(seq: number): number {
  return Math.floor((seq - 1) / BLOCK);
}

/** The events of a block in full, by number; `upTo` is the greatest number that is known, for a block that is not full yet. */
export const eventsQuery = (block: number, upTo: number) =>
  queryOptions({
    queryKey: queryKeys.past.events(block, Math.min(upTo, (block + 1) * BLOCK)),
    staleTime: "static",
    queryFn: async ({ signal }) => {
      const query = { since: block * BLOCK, limit: BLOCK, project: EVERY_PROJECT };
      const page = await unwrap(api.GET("/api/events", { params: { query }, signal }));
      return new Map(page.items.map((event) => [event.seq, event]));
    },
  });

const CHANGED_ENTITIES = 200;

/** How everything differs between two events, A's own change not counted, B's counted. */
export const changesQuery = (project: string | undefined, a: number, b: number) =>
  queryOptions({
    queryKey: queryKeys.past.changes({ project, a, b }),
    staleTime: "static",
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/changes", {
          params: { query: { project, from: afterEvent(a), to: afterEvent(b), limit: CHANGED_ENTITIES } },
          signal,
        }),
      ),
  });

/** How many entities of each kind there were at a moment. */
export const countsQuery = (project: string | undefined, at: string) =>
  queryOptions({
    queryKey: queryKeys.past.counts({ project, at }),
    staleTime: "static",
    queryFn: async ({ signal }) =>
      (await unwrap(
        api.GET("/api/state", { params: { query: { project, as_of: at } }, signal }),
      )) as StateSummary,
    placeholderData: keepPreviousData,
  });
