import { type UseQueryOptions, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { Page } from "./types";

export const PAGE_SIZE = 100;
/** Rows so near to those in view are loaded too: whoever scrolls on finds them there. */
const AHEAD = 32;

type PageQuery<P extends Page<unknown>, Key extends readonly unknown[]> = UseQueryOptions<P, Error, P, Key>;

/** Rows of a list that the server keeps in order, of which only the pages in view are loaded. */
export interface PagedRows<T> {
  total: number | undefined;
  totalExact: boolean;
  rowAt: (index: number) => T | undefined;
  /** Tell which rows are in view (both inclusive). */
  onRange: (first: number, last: number) => void;
  /** No answer yet, and nothing older to show. */
  isPending: boolean;
  /** The rows shown are those of the query before. */
  isPlaceholder: boolean;
  error: Error | null;
  refetch: () => void;
  /** The rows shown are held although the server has newer ones. */
  hasNewer: boolean;
  /** How many rows there are more than those shown; 0: as many, or it is not known. */
  newer: number;
  /** When what is shown was read, in milliseconds since 1970; 0: not yet. */
  updatedAt: number;
}

interface Options<P extends Page<unknown>, Key extends readonly unknown[]> {
  /** The query of the page that begins at an offset. */
  pageQuery: (offset: number) => PageQuery<P, Key>;
  /** Rows that are loaded stay as they are: the reader has scrolled, and nothing may move under the pointer. */
  held: boolean;
  /** Of what this is a list; rows are shown while others load only if it is the same. */
  identity: string;
  /** What tells rows apart: with it, rows that are held show their newest values, each in its place. */
  idOf?: (row: P["items"][number]) => unknown;
}

/** The rows that were shown last, for the time in which a new filter or order is loading. */
class ShownRows<P extends Page<unknown>> {
  private identity: string | null = null;
  private pages = new Map<number, P>();

  remember(identity: string, pages: Map<number, P>): void {
    this.identity = identity;
    this.pages = pages;
  }

  of(identity: string): Map<number, P> {
    return this.identity === identity ? this.pages : new Map();
  }

  /** The number of the last page there is, as far as it is known. */
  lastPage(identity: string): number {
    const total = this.of(identity).values().next().value?.total;
    return total === undefined ? 0 : Math.floor(Math.max(0, total - 1) / PAGE_SIZE);
  }
}

/** Load a list by pages of `PAGE_SIZE` rows around what is in view. */
export function usePagedRows<P extends Page<unknown>, Key extends readonly unknown[]>({
  pageQuery,
  held,
  identity,
  idOf,
}: Options<P, Key>): PagedRows<P["items"][number]> {
  const [range, setRange] = useState(() => rangeOf(0, 0));
  const [shown] = useState(() => new ShownRows<P>());
  const numbers = pagesAround(range, shown.lastPage(identity));
  const queries = numbers.map((page) => ({
    ...pageQuery(page * PAGE_SIZE),
    ...(held ? { staleTime: "static" as const } : {}),
  }));
  const results = useQueries({ queries });

  const loaded = new Map<number, P>();
  for (const [index, result] of results.entries()) {
    if (result.data) loaded.set(numbers[index] as number, result.data);
  }
  if (loaded.size > 0) shown.remember(identity, loaded);
  const pages = loaded.size > 0 ? loaded : shown.of(identity);
  const first = pages.values().next().value;
  const error = results.find((result) => result.error)?.error ?? null;

  const refetch = () => {
    for (const result of results) void result.refetch();
  };
  const isStale = useAnyInvalidated(queries.map((query) => query.queryKey));
  useEffect(() => {
    if (!held && isStale) refetch();
  });
  // Beside the rows that are held: the same pages as they are now.
  const looksBeside = held && isStale && idOf !== undefined;
  const beside = useQueries({
    queries: numbers.map((page) => {
      const query = pageQuery(page * PAGE_SIZE);
      return { ...query, queryKey: [...query.queryKey, "beside"] as unknown as Key, enabled: looksBeside };
    }),
  });
  const news = looksBeside ? beside.map(({ data }) => data) : [];
  const newest = new Map(news.flatMap((page) => page?.items ?? []).map((row) => [idOf?.(row), row]));
  const isKnown = news.length > 0 && news.every((page) => page !== undefined);
  const hasMoved = numbers.some((number, index) => !sameOrder(pages.get(number), news[index], idOf));

  return {
    total: first?.total,
    totalExact: first?.total_exact ?? true,
    rowAt: (index) => {
      const row = pages.get(Math.floor(index / PAGE_SIZE))?.items[index % PAGE_SIZE];
      return row === undefined ? undefined : (newest.get(idOf?.(row)) ?? row);
    },
    onRange: useCallback((from: number, to: number) => {
      const next = rangeOf(from, to);
      setRange((old) => (sameRange(old, next) ? old : next));
    }, []),
    isPending: first === undefined && error === null,
    isPlaceholder: loaded.size === 0 && first !== undefined,
    error: loaded.size === 0 ? error : null,
    refetch,
    hasNewer:
      held && isStale && (idOf === undefined || (isKnown && hasMoved) || beside.some((one) => one.error)),
    updatedAt: Math.max(0, ...results.map(({ dataUpdatedAt }) => dataUpdatedAt)),
    newer: isKnown ? Math.max(0, (news[0]?.total ?? 0) - (first?.total ?? 0)) : 0,
  };
}

/** The page of the last row in view, and those of the first and the last row that is near. */
interface Range {
  last: number;
  firstNear: number;
  lastNear: number;
}

function rangeOf(from: number, to: number): Range {
  const page = (row: number) => Math.floor(Math.max(0, row) / PAGE_SIZE);
  return { last: page(to), firstNear: page(from - AHEAD), lastNear: page(to + AHEAD) };
}

function sameRange(a: Range, b: Range): boolean {
  return a.last === b.last && a.firstNear === b.firstNear && a.lastNear === b.lastNear;
}

/** The pages to load; of those that are only near none behind the end of the list. */
function pagesAround({ last, firstNear, lastNear }: Range, lastPage: number): number[] {
  const to = Math.max(last, Math.min(lastNear, lastPage));
  return Array.from({ length: to - firstNear + 1 }, (_, index) => firstNear + index);
}

/** Whether two answers hold the same rows in the same order, and as many in all. */
function sameOrder<T>(
  a: Page<T> | undefined,
  b: Page<T> | undefined,
  idOf: ((row: T) => unknown) | undefined,
): boolean {
  if (a === undefined || b === undefined || idOf === undefined) return false;
  return a.total === b.total && a.items.every((row, index) => idOf(row) === idOf(b.items[index] as T));
}

/** Whether one of these answers was marked stale and not yet asked for again. */
function useAnyInvalidated(keys: (readonly unknown[])[]): boolean {
  const client = useQueryClient();
  const read = () =>
    keys.some((queryKey) => {
      const state = client.getQueryState(queryKey);
      return state?.isInvalidated === true && state.fetchStatus === "idle" && state.status === "success";
    });
  return useSyncExternalStore((changed) => client.getQueryCache().subscribe(changed), read, read);
}
