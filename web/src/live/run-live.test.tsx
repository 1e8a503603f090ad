import { expect, test, vi } from "vitest";
import { World } from "@/testing/world";
import { RunLive } from "./run-live";

const point = (seq: number, prev: number, step = seq) => ({
  type: "metric_point",
  seq,
  prev,
  data: { name: "loss", value: 1, step, time: "2026-11-20T12:00:00Z", attempt: 1 },
});
const line = (seq: number, prev: number) => ({
  type: "log_line",
  seq,
  prev,
  data: { line: seq, time: "2026-11-20T12:00:00Z", level: null, stream: "stdout", text: `${seq}` },
});
const heartbeat = (upto: object) => ({ type: "heartbeat", server_time: "2026-11-20T12:00:00Z", upto });

function setUp() {
  const world = new World();
  const live = new RunLive("8f3a", world);
  const steps: number[] = [];
  const lines: number[] = [];
  const gaps: string[] = [];
  live.listen({
    points: (points) => steps.push(...points.map(({ step }) => step)),
    lines: (more) => lines.push(...more.map(({ line: number }) => number)),
    gap: (stream, why) => gaps.push(`${stream} ${why}`),
  });
  live.socket.start();
  world.last.accept();
  world.last.say(heartbeat({ ledger: 50, metric: 10, log: 100 }));
  return { world, live, steps, lines, gaps };
}

test("the first opening is fresh: what came before it must be asked for", () => {
  const { world, gaps } = setUp();
  expect(world.last.url).toMatch(/\/ws\/runs\/8f3a$/);
  expect(gaps).toEqual(["ledger fresh", "metric fresh", "log fresh"]);
});

test("points and lines are handed on once, and kept for answers that lack them", async () => {
  const { world, live, steps, lines, gaps } = setUp();
  gaps.length = 0;
  world.last.say(point(11, 10), point(12, 11), line(101, 100));
  world.last.say(point(12, 11), line(102, 101));
  await vi.waitFor(() => expect(lines).toEqual([101, 102]));
  expect(steps).toEqual([11, 12]);
  expect(gaps).toEqual([]);
  expect(live.recent.points.map(({ step }) => step)).toEqual([11, 12]);
});

test("after a cut each stream goes on where it was", () => {
  const { world, gaps } = setUp();
  gaps.length = 0;
  world.last.say(point(11, 10));
  world.last.say(heartbeat({ ledger: 57, metric: 11, log: 100 }));
  world.last.cut();
  world.advance(500);
  expect(world.last.url).toMatch(/\?since=ledger:57,metric:11,log:100$/);
  world.last.accept();
  expect(gaps).toEqual([]);
});

test("a hole or a reset is told of its own stream only", async () => {
  const { world, steps, gaps } = setUp();
  gaps.length = 0;
  world.last.say(point(15, 14));
  expect(gaps).toEqual(["metric missed"]);
  world.last.say(
    { type: "reset", topic: "log", reason: "slow" },
    heartbeat({ ledger: 50, metric: 15, log: 900 }),
  );
  expect(gaps).toEqual(["metric missed", "log missed"]);
  world.last.say(line(901, 900), point(16, 15));
  await vi.waitFor(() => expect(steps).toEqual([15, 16]));
  expect(gaps).toHaveLength(2);
});

test("the last status is kept", async () => {
  const { world, live } = setUp();
  const data = { status: "failed", reason: "out of memory", started_at: null, ended_at: null };
  world.last.say({ type: "status", seq: 51, prev: 50, data });
  await vi.waitFor(() => expect(live.status.get()).toEqual(data));
});
