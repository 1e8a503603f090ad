import { LruMap } from "@/lib/lru";

/** Where lines come from: another machine, a worker, memory. */
export interface LineSource<L> {
  /** Lines `from` (0 = the first) to `from + count`; fewer at the end. */
  lines: (from: number, count: number, signal: AbortSignal) => Promise<readonly L[]>;
}

const PAGE = 200;
const CAPACITY = 4000;

/** The lines that were read last, and the reading of those in view. */
export class LineCache<L> {
  private readonly pages: LruMap<number, readonly L[]>;
  private readonly loading = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly source: LineSource<L>;
  private count: number;
  private version = 0;
  private failure: Error | null = null;

  constructor(source: LineSource<L>, total = 0) {
    this.source = source;
    this.count = total;
    this.pages = new LruMap(CAPACITY / PAGE);
  }

  /** How many lines there are. */
  get total(): number {
    return this.count;
  }

  /** Why lines in view could not be read; `null` when they could. */
  get error(): Error | null {
    return this.failure;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Counts the changes: what React compares. */
  readonly getVersion = (): number => this.version;

  /** A line, if it has been read. */
  peek(index: number): L | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** See to it that the lines `from`…`to` (excluded) are read; reading of others is given up. */
  want(from: number, to: number): void {
    const first = Math.floor(from / PAGE);
    const last = Math.floor(Math.max(from, to - 1) / PAGE);
    for (const [page, controller] of this.loading) {
      if (page < first || page > last) controller.abort();
    }
    for (let page = first; page <= last && page * PAGE < this.count; page += 1) {
      const known = this.pages.get(page);
      const expected = Math.min(PAGE, this.count - page * PAGE);
      if ((!known || known.length < expected) && !this.loading.has(page)) void this.load(page);
    }
  }

  /** There are more (or fewer) lines now. */
  setTotal(total: number): void {
    if (total === this.count) return;
    this.count = total;
    this.changed();
  }

  /** Lines that came by themselves, at the end: no reading is needed where they follow what is known. */
  append(index: number, line: L): void {
    const page = Math.floor(index / PAGE);
    const place = index % PAGE;
    const known = this.pages.get(page) ?? [];
    // Lines arrive by the thousand: a page that grows is made once, and grows in place.
    if (known.length === place) {
      if (place === 0) this.pages.set(page, [line]);
      else (known as L[]).push(line);
    }
    if (index >= this.count) this.count = index + 1;
    this.changed();
  }

  /** Forget everything that was read: it may have changed. */
  invalidate(): void {
    for (const controller of this.loading.values()) controller.abort();
    this.loading.clear();
    this.pages.clear();
    this.failure = null;
    this.changed();
  }

  /** Read again what failed. */
  retry(): void {
    this.failure = null;
    this.changed();
  }

  private async load(page: number): Promise<void> {
    const controller = new AbortController();
    this.loading.set(page, controller);
    const counted = this.count;
    try {
      const lines = await this.source.lines(page * PAGE, PAGE, controller.signal);
      if (controller.signal.aborted) return;
      // Lines may have come by themselves while the answer, which lacks them, was on its way.
      if (lines.length >= (this.pages.get(page)?.length ?? 0)) this.pages.set(page, lines);
      this.failure = null;
      // A short page is the end: what was counted before is not there any more.
      const end = page * PAGE + lines.length;
      if (lines.length < PAGE && end < counted && this.count === counted) this.count = end;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.failure = error as Error;
    } finally {
      if (this.loading.get(page) === controller) this.loading.delete(page);
      if (!controller.signal.aborted) this.changed();
    }
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
