import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterEvent, forDateInput, isMoment, readMoment, seqOf, timeOf } from "./as-of";

const NOW = Date.parse("2026-11-20T15:00:00Z");
const at = (typed: string) => {
  const read = readMoment(typed, NOW, "UTC");
  return read.kind === "moment" ? read.at : read.kind;
};

describe("a moment as people type it", () => {
  test("so long ago", () => {
    expect(at("-15m")).toBe("2026-11-20T14:45:00.000Z");
    expect(at(" now-2h ")).toBe("2026-11-20T13:00:00.000Z");
  });

  test("a clock is the last one that it showed so", () => {
    expect(at("13:22:10")).toBe("2026-11-20T13:22:10.000Z");
    expect(at("16:00")).toBe("2026-11-19T16:00:00.000Z");
  });

  test("a date, with or without a clock, in the zone of the reader", () => {
    expect(at("2026-11-19")).toBe("2026-11-19T00:00:00.000Z");
    expect(at("2026-11-19 9:05")).toBe("2026-11-19T09:05:00.000Z");
    expect(at("2026-11-19T09:05:01.250")).toBe("2026-11-19T09:05:01.250Z");
    expect(at("2026-11-19T09:05:00+02:00")).toBe("2026-11-19T07:05:00.000Z");
    const local = readMoment("2026-11-19 9:05", NOW, "local");
    expect(local).toMatchObject({ ms: new Date(2026, 10, 19, 9, 5).getTime() });
    expect(readMoment("2026-11-19", NOW, "local")).toMatchObject({ ms: new Date(2026, 10, 19).getTime() });
  });

  test("the number of an event", () => {
    expect(at("seq:48213")).toBe("seq:48213");
    expect(at("#7")).toBe("seq:7");
    expect(at("seq:0")).toBe("wrong");
  });

  test("now is not the past, and the future is no moment yet", () => {
    expect(at("now")).toBe("now");
    expect(readMoment("2026-11-21", NOW, "UTC")).toMatchObject({ why: "That lies in the future." });
    expect(readMoment("1969-01-01", NOW, "UTC")).toMatchObject({ why: "That lies before 1970." });
    for (const nonsense of ["", "yesterday", "25:00", "-15", "seq:", "2026-13-40"])
      expect(at(nonsense)).toBe("wrong");
  });

  test("every time that is accepted is written so that it means the same to everybody", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: NOW }),
        fc.constantFrom("local" as const, "UTC" as const),
        (ms, zone) => {
          const written = new Date(ms).toISOString();
          expect(readMoment(written, NOW, zone)).toEqual({ kind: "moment", at: written, ms });
          expect(timeOf(written)).toBe(ms);
          expect(isMoment(written)).toBe(true);
          // To the second, whatever a change of the clocks makes of an hour that comes twice.
          if (zone === "UTC") {
            const again = readMoment(forDateInput(ms, zone), NOW, zone);
            expect(again).toMatchObject({ ms: Math.floor(ms / 1000) * 1000 });
          }
        },
      ),
    );
  });
});

test("a moment is a time or an event, and an address may name neither", () => {
  expect(seqOf(afterEvent(12))).toBe(12);
  expect(seqOf(undefined)).toBeNull();
  expect(timeOf("seq:12")).toBeNull();
  expect(isMoment("seq:12")).toBe(true);
  expect(isMoment("garbage")).toBe(false);
  expect(isMoment("5")).toBe(false);
});
