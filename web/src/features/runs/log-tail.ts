import type { LogPage } from "@/api/types";
import { Store } from "@/lib/store";
import type { LineData } from "@/live/messages";
import type { RunListener } from "@/live/run-live";
import { countsOf, type Level, levelOf } from "./log-levels";

/** Where a log ends now, and how many lines of each group it has. */
export interface Tail {
  /** Number of the first line that is still held; 1 in an empty log. */
  first: number;
  /** Number of the last line; 0 in an empty log. */
  last: number;
  levels: Record<Level, number>;
}

/** The part of a run's socket that a log follows. */
interface Lines {
  recent: { lines: LineData[] };
  listen: (listener: RunListener) => () => void;
}

/** The end of a log: what the server answered, and the lines that have come since. */
export class LogTail {
  readonly state: Store<Tail>;
  private readonly lines: Lines;

  constructor(summary: Pick<LogPage, "first_line" | "total" | "levels">, lines: Lines) {
    this.lines = lines;
    this.state = new Store({
      first: summary.first_line ?? 1,
      last: summary.total,
      levels: countsOf(summary.levels),
    });
    this.take(lines.recent.lines);
  }

  /** Count the lines that come from now on. Returns the way to stop. */
  follow(): () => void {
    // Some may have come between the making of this object and now.
    this.take(this.lines.recent.lines);
    return this.lines.listen({ lines: (lines) => this.take(lines) });
  }

  private take(lines: readonly LineData[]): void {
    const { last } = this.state.get();
    const fresh = lines.filter(({ line }) => line > last);
    if (fresh.length === 0) return;
    this.state.set((old) => {
      const levels = { ...old.levels };
      for (const { level } of fresh) levels[levelOf(level)] += 1;
      return { ...old, levels, last: Math.max(...fresh.map(({ line }) => line)) };
    });
  }
}
