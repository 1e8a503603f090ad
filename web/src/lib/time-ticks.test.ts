import fc from "fast-check";
import { expect, test } from "vitest";
import { ticksOf } from "./time-ticks";

const at = (text: string) => Date.parse(text);
const labels = (from: string, to: string, most: number) =>
  ticksOf(at(from), at(to), most, "UTC").map(({ label }) => label);

test("ticks stand at round moments", () => {
  expect(labels("2026-11-20T13:37:05Z", "2026-11-20T14:22:06Z", 4)).toEqual(["13:45", "14:00", "14:15"]);
  expect(labels("2026-11-20T23:00:00Z", "2026-11-21T02:00:00Z", 4)).toEqual([
    "23:00",
    "21 Nov",
    "01:00",
    "02:00",
  ]);
  expect(labels("2026-11-20T13:00:00Z", "2026-11-20T13:00:01Z", 3)).toEqual([
    "13:00:00.000",
    "13:00:00.500",
    "13:00:01.000",
  ]);
});

test("there are never more than have room, and all lie inside", () => {
  const anInstant = fc.integer({ min: 0, max: at("2040-01-01T00:00:00Z") });
  fc.assert(
    fc.property(
      anInstant,
      fc.integer({ min: 1, max: 40 * 365 * 86_400_000 }),
      fc.integer({ min: 1, max: 20 }),
      (from, length, most) => {
        const ticks = ticksOf(from, from + length, most, "UTC");
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const { ms } of ticks) expect(ms >= from && ms <= from + length).toBe(true);
      },
    ),
  );
});
