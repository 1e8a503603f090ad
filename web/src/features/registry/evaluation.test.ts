import fc from "fast-check";
import { expect, test } from "vitest";
import { differenceInterval, headline, isLessBetter, measuresOf, rowsOf, verdictOf } from "./evaluation";

test("nested numbers are told by their path, and nothing else is", () => {
  expect(measuresOf({ accuracy: 0.9, slices: { young: 0.8, note: "x" }, curve: [1, 2], ok: true })).toEqual([
    { name: "accuracy", value: 0.9 },
    { name: "slices.young", value: 0.8 },
  ]);
  expect(headline({ latency_p95_ms: 4, accuracy: 0.9 })).toEqual({ name: "accuracy", value: 0.9 });
  expect(headline({})).toBeNull();
});

test("of times and losses less is better", () => {
  expect(["latency_p95_ms", "loss", "val.loss", "rmse", "duration_s"].every(isLessBetter)).toBe(true);
  expect(["accuracy", "f1", "robustness", "closeness", "terrors"].some(isLessBetter)).toBe(false);
  expect(verdictOf("loss", 0.1, 0.2)).toBe("better");
  expect(verdictOf("accuracy", 0.1, 0.2)).toBe("worse");
  expect(verdictOf("accuracy", 0.2, 0.2)).toBe("same");
});

test("the interval of a difference is that of the source's example", () => {
  // Newcombe (1998), table II, method 10, column (a): 56/70 against 48/80.
  const found = differenceInterval(56 / 70, 70, 48 / 80, 80);
  expect(found?.low).toBeCloseTo(0.0524, 4);
  expect(found?.high).toBeCloseTo(0.3339, 4);
});

test("an interval holds its difference and shrinks with more rows", () => {
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(shares, shares, fc.integer({ min: 1, max: 10_000 }), (a, b, rows) => {
      const few = differenceInterval(a, rows, b, rows);
      const many = differenceInterval(a, rows * 100, b, rows * 100);
      if (few === null || many === null) throw new Error("shares have an interval");
      expect(few.low).toBeLessThanOrEqual(a - b + 1e-12);
      expect(few.high).toBeGreaterThanOrEqual(a - b - 1e-12);
      expect(many.high - many.low).toBeLessThanOrEqual(few.high - few.low + 1e-12);
    }),
  );
  expect(differenceInterval(2, 10, 0.5, 10)).toBeNull();
  expect([rowsOf({ rows: 500 }), rowsOf({ rows: 0 }), rowsOf(null)]).toEqual([500, null, null]);
});
