import { afterEach, expect, test } from "vitest";
import { HitFinder } from "./log-search";

/** A log on a server of ours: lines whose number a question names, answered in slices of 100. */
class Log {
  last: number;
  readonly asked: string[] = [];
  private readonly matches: (line: number) => boolean;

  constructor(last: number, matches: (line: number) => boolean) {
    this.last = last;
    this.matches = matches;
    globalThis.fetch = async (input) => this.answer(new URL((input as Request).url));
  }

  private answer({ pathname, searchParams }: URL): Response {
    this.asked.push(`${pathname.split("/").at(-1)} ${searchParams.get("from_line")}`);
    const from = Number(searchParams.get("from_line"));
    if (pathname.endsWith("/hits")) {
      const low = Math.max(1, from - 99);
      return Response.json({
        lines: this.numbers(low, from),
        scanned: from - low + 1,
        next_from_line: low > 1 ? low - 1 : null,
      });
    }
    const limit = Number(searchParams.get("limit"));
    const items = this.numbers(from, this.last)
      .slice(0, limit)
      .map((line) => ({ line }));
    return Response.json({ items });
  }

  private numbers(from: number, to: number): number[] {
    const all = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
    return all.filter(this.matches);
  }
}

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
});

test("all slices are looked at, and the numbers stand in order", async () => {
  new Log(250, (line) => line % 50 === 0);
  const finder = new HitFinder("r", { q: "x" });
  await finder.start(250);
  expect(finder.hits.get()).toEqual({
    lines: [50, 100, 150, 200, 250],
    scanned: 250,
    done: true,
    error: null,
  });
});

test("lines that come later are looked at from where the search ended", async () => {
  const log = new Log(10, (line) => line % 2 === 0);
  const finder = new HitFinder("r", { q: "x" });
  await finder.start(10);
  log.last = 15;
  await finder.extend(15);
  await finder.extend(15);
  expect(finder.hits.get().lines).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(log.asked).toEqual(["hits 10", "logs 11"]);
});

test("a line that came behind the end that was known is neither lost nor found twice", async () => {
  const log = new Log(10, () => true);
  const finder = new HitFinder("r", { q: "x" });
  await finder.start(10);
  log.last = 12;
  await finder.extend(11);
  await finder.extend(12);
  expect(finder.hits.get().lines.slice(-3)).toEqual([10, 11, 12]);
  expect(finder.hits.get().lines).toHaveLength(12);
});
