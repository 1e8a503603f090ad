import { expect, test } from "vitest";
import type { LineData } from "@/live/messages";
import type { RunListener } from "@/live/run-live";
import { LogTail } from "./log-tail";

const summary = (total: number, levels: Record<string, number> = { info: total }) => ({
  first_line: total === 0 ? null : 1,
  total,
  levels,
});
const line = (number: number, level: LineData["level"] = "info"): LineData => ({
  line: number,
  time: "2026-11-20T12:00:00Z",
  level,
  stream: "stdout",
  source: "",
  attempt: 1,
  text: `line ${number}`,
  truncated: false,
});

/** A socket whose lines the test sends. */
class Lines {
  recent: { lines: LineData[] } = { lines: [] };
  private listener: RunListener | null = null;
  listen = (listener: RunListener) => {
    this.listener = listener;
    return () => {
      this.listener = null;
    };
  };
  send(...lines: LineData[]): void {
    this.recent.lines.push(...lines);
    this.listener?.lines?.(lines);
  }
}

test("lines are counted once, whether the answer, the socket or both told of them", () => {
  const lines = new Lines();
  lines.send(line(3), line(4));
  const tail = new LogTail(summary(3), lines);
  expect(tail.state.get()).toMatchObject({ first: 1, last: 4, levels: { info: 4 } });
  lines.send(line(5, "error"));
  tail.follow();
  lines.send(line(6, "critical"), line(7, null));
  expect(tail.state.get()).toMatchObject({ last: 7, levels: { info: 4, error: 2, plain: 1 } });
});

test("an empty log begins at its first line", () => {
  const lines = new Lines();
  const tail = new LogTail(summary(0, {}), lines);
  tail.follow();
  lines.send(line(1));
  expect(tail.state.get()).toMatchObject({ first: 1, last: 1, levels: { info: 1 } });
});
