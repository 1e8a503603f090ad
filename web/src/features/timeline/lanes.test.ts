import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anItem } from "@/testing/things";
import {
  groupIntoLanes,
  inside,
  isTrouble,
  layOut,
  MOST_MARKS,
  matches,
  momentsOf,
  OTHERS,
  zoomed,
} from "./lanes";

const START = Date.parse("2026-11-20T12:00:00Z");

const someItems = fc
  .array(
    fc.record({ after: fc.integer({ min: 0, max: 3_600_000 }), lane: fc.integer({ min: 0, max: 20 }) }),
    {
      maxLength: 400,
    },
  )
  .map((made) =>
    momentsOf(
      made
        .map(({ after, lane }, index) =>
          anItem({ seq: index + 1, lane: `lane ${lane}`, time: new Date(START + after).toISOString() }),
        )
        .sort((a, b) => b.time.localeCompare(a.time)),
    ),
  );

describe("lanes", () => {
  test("every event of the window is in one mark, marks can be told apart, and there are few", () => {
    fc.assert(
      fc.property(someItems, fc.integer({ min: 200, max: 2000 }), (moments, width) => {
        const lanes = layOut(moments, "kind", { from: START, to: START + 3_600_000 }, width, new Map());
        const marks = lanes.flatMap((lane) => lane.marks);
        expect(marks.reduce((sum, mark) => sum + mark.count, 0)).toBe(moments.length);
        expect(marks.length).toBeLessThanOrEqual(MOST_MARKS);
        for (const lane of lanes)
          lane.marks.forEach((mark, index) => {
            const next = lane.marks[index + 1];
            if (next) expect(mark.x - next.x).toBeGreaterThanOrEqual(28);
          });
      }),
    );
  });

  test("many actors are a few lanes and the others", () => {
    const items = Array.from({ length: 30 }, (_, index) =>
      anItem({ seq: index, actor: `user:u${index % 20}` }),
    );
    const lanes = groupIntoLanes(momentsOf(items), "actor");
    expect(lanes.size).toBe(12);
    expect([...lanes.values()].flat()).toHaveLength(30);
    expect([...lanes.keys()].at(-1)).toBe(OTHERS);
  });

  test("what went wrong is told by the kind or by the new state", () => {
    expect(isTrouble(anItem({ kind: "run.failed" }))).toBe(true);
    expect(isTrouble(anItem({ title: "Instance chat updated: status active → error" }))).toBe(true);
    expect(isTrouble(anItem({ title: "Instance chat updated: status error → active" }))).toBe(false);
    expect(isTrouble(anItem({ title: "Instance error-prone updated: replicas 1 → 2" }))).toBe(false);
  });
});

describe("a window of time", () => {
  const all = { from: 0, to: 1_000_000 };

  test("zooming keeps what is under the pointer there, and stays inside of what there is", () => {
    const span = { from: 400_000, to: 600_000 };
    const near = zoomed(span, 0.5, 450_000, all);
    expect(near).toEqual({ from: 425_000, to: 525_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (around, factor) => {
          const { from, to } = zoomed(span, factor, around, all);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(1_000_000.001);
          expect(to - from).toBeGreaterThanOrEqual(999.999);
        },
      ),
    );
  });

  test("moved over an end it stops there", () => {
    expect(inside({ from: -50, to: 50 }, { from: 0, to: 1000 })).toEqual({ from: 0, to: 100 });
    expect(inside({ from: 950, to: 1050 }, { from: 0, to: 1000 })).toEqual({ from: 900, to: 1000 });
  });
});

test("a filter looks at what is told, and at kind and actor exactly", () => {
  const [moment] = momentsOf([anItem({ reason: "promote" })]);
  if (!moment) throw new Error("there is one");
  expect(matches(moment, {})).toBe(true);
  expect(matches(moment, { q: "PROMOTE" })).toBe(true);
  expect(matches(moment, { q: "instance:7" })).toBe(true);
  expect(matches(moment, { q: "deployment" })).toBe(false);
  expect(matches(moment, { kind: "instances", actor: "user:mina" })).toBe(true);
  expect(matches(moment, { actor: "user:min" })).toBe(false);
});
