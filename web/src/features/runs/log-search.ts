import { useEffect, useState } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { Store, useStore } from "@/lib/store";
import { fetchHits, fetchLines, type LogQuestion } from "./log-api";

/** What a search has found so far. */
export interface Hits {
  /** Numbers of the lines, ascending. */
  lines: readonly number[];
  /** How many lines were looked at. */
  scanned: number;
  /** Every line was looked at. */
  done: boolean;
  error: ApiError | null;
}

const NOTHING: Hits = { lines: [], scanned: 0, done: false, error: null };
const MORE_PER_CALL = 1000;

/** Finds the numbers of all lines that a question leaves, the newest slice of the log first, then those that come. */
export class HitFinder {
  readonly hits = new Store<Hits>(NOTHING);
  private readonly runId: string;
  private readonly question: LogQuestion;
  private controller = new AbortController();
  /** The greatest number that was looked at. */
  private upTo = 0;
  /** The greatest number that there is. */
  private last = 0;
  private busy = false;

  constructor(runId: string, question: LogQuestion) {
    this.runId = runId;
    this.question = question;
  }

  /** Begin; `last` is the greatest line number now. */
  async start(last: number): Promise<void> {
    this.upTo = this.last = last;
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.hits.set(NOTHING);
    await this.work(async () => {
      let from: number | null = last;
      while (from !== null && from > 0) {
        const slice: Awaited<ReturnType<typeof fetchHits>> = await fetchHits(
          this.runId,
          this.question,
          from,
          signal,
        );
        from = slice.next_from_line;
        this.hits.set((old) => ({
          ...old,
          lines: [...slice.lines, ...old.lines],
          scanned: old.scanned + slice.scanned,
        }));
      }
      this.hits.set((old) => ({ ...old, done: true }));
    });
  }

  stop(): void {
    this.controller.abort();
  }

  /** There are lines up to number `last` now: look at those that came. */
  async extend(last: number): Promise<void> {
    this.last = Math.max(this.last, last);
    if (this.busy || !this.hits.get().done) return;
    const { signal } = this.controller;
    await this.work(async () => {
      while (this.upTo < this.last) {
        const target = this.last;
        const found = await fetchLines(this.runId, this.question, this.upTo + 1, MORE_PER_CALL, signal);
        const isAll = found.length < MORE_PER_CALL;
        // The answer may hold lines that came after `target`.
        const upTo = Math.max(isAll ? target : 0, found.at(-1)?.line ?? 0);
        this.hits.set((old) => ({
          ...old,
          lines: [...old.lines, ...found.map(({ line }) => line)],
          scanned: old.scanned + upTo - this.upTo,
        }));
        this.upTo = upTo;
      }
    });
  }

  private async work(step: () => Promise<void>): Promise<void> {
    this.busy = true;
    const { signal } = this.controller;
    try {
      await step();
    } catch (error) {
      if (!signal.aborted) this.hits.set((old) => ({ ...old, error: toApiError(error) }));
    } finally {
      this.busy = false;
    }
  }
}

const NO_HITS = new Store<Hits>(NOTHING);

/**
 * The lines that a question leaves, as they are found; null: nothing is asked.
 *
 * Args:
 *   last: The greatest line number there is, 0 in an empty log; lines that come later are looked at too.
 */
export function useHits(runId: string, question: LogQuestion | null, last: number): Hits | null {
  const key = question && JSON.stringify([runId, question]);
  const [entry, setEntry] = useState(() => ({ key, finder: makeFinder(runId, question) }));
  if (entry.key !== key) setEntry({ key, finder: makeFinder(runId, question) });
  const { finder } = entry;
  const hits = useStore(finder?.hits ?? NO_HITS);
  const hasLines = last > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins once there are lines; later ones extend it
  useEffect(() => {
    if (!finder || !hasLines) return;
    void finder.start(last);
    return () => finder.stop();
  }, [finder, hasLines]);
  useEffect(() => {
    if (finder && hits.done) void finder.extend(last);
  }, [finder, last, hits.done]);
  if (!finder) return null;
  return hasLines ? hits : { ...NOTHING, done: true };
}

function makeFinder(runId: string, question: LogQuestion | null): HitFinder | null {
  return question && new HitFinder(runId, question);
}
