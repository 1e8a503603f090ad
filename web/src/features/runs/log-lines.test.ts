import fc from "fast-check";
import { expect, test } from "vitest";
import { countsOf, LEVELS, levelOf, readLevels, wordsOf } from "./log-levels";
import { patternOf, placeOf, shares, splitByHits } from "./log-lines";

test("a line cut at its hits is still the same line, and every second piece is a hit", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "B", "b", "-", ".") }),
      fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 3 }),
      (text, q) => {
        const pieces = splitByHits(text, patternOf({ q }));
        expect(pieces.join("")).toBe(text);
        for (const [index, piece] of pieces.entries())
          if (index % 2 === 1) expect(piece.toLowerCase()).toBe(q);
        const left =
          q === "" ? [] : pieces.filter((piece, index) => index % 2 === 0 && piece.toLowerCase().includes(q));
        expect(left).toEqual([]);
      },
    ),
  );
});

test("capitals and patterns count where they are asked for", () => {
  const cut = (q: string, more: object) => splitByHits("Loss=0.5 loss=0.25", patternOf({ q, ...more }));
  expect(cut("loss", { match_case: true })).toEqual(["Loss=0.5 ", "loss", "=0.25"]);
  expect(cut("[0-9.]+$", { regex: true })).toEqual(["Loss=0.5 loss=", "0.25", ""]);
  expect(cut("(", { regex: true })).toEqual(["Loss=0.5 loss=0.25"]);
});

test("a place among numbers is that of the first which is not below", () => {
  expect([0, 10, 11, 30, 31].map((line) => placeOf([10, 20, 30], line))).toEqual([0, 0, 1, 2, 3]);
});

test("every word of the server is in one of the groups", () => {
  const words = ["debug", "info", "warning", "error", "critical", null] as const;
  expect(words.map(levelOf)).toEqual(["debug", "info", "warn", "error", "error", "plain"]);
  expect(countsOf({ error: 2, critical: 1, none: 5 })).toMatchObject({ error: 3, plain: 5, info: 0 });
});

test("all groups are no filter, and nothing that is known is all", () => {
  expect(wordsOf(LEVELS)).toBeUndefined();
  expect(wordsOf(["error", "plain"])).toEqual(["error", "critical", "none"]);
  expect(readLevels(["nonsense"])).toEqual([...LEVELS]);
  expect(readLevels(["info", "error"])).toEqual(["error", "info"]);
});

test("the ruler tells a storm from a trickle, and leaves no row out", () => {
  const storm = Array.from({ length: 100 }, (_, index) => 500 + index);
  expect(shares([0, ...storm], 1000, 10)).toEqual(
    new Map([
      [0, 0.01],
      [5, 1],
    ]),
  );
});

test("however few rows there are, each has a place on it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 500 }), (rowCount, places) => {
      const found = shares([0, rowCount - 1], rowCount, places);
      expect([...found.keys()].every((place) => place >= 0 && place < places)).toBe(true);
      expect([...found.values()].every((share) => share > 0 && share <= 1)).toBe(true);
    }),
  );
});
