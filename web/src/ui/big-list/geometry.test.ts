import fc from "fast-check";
import { expect, test } from "vitest";
import {
  afterScroll,
  fromOffset,
  fromScrollTop,
  maxOffset,
  rowTop,
  SPACER_CAP,
  spacerHeight,
  visibleRows,
} from "./geometry";

const geometries = fc.record({
  rowCount: fc.oneof(fc.nat(2000), fc.integer({ min: 1, max: 50_000_000 })),
  rowHeight: fc.constantFrom(20, 28, 32),
  viewport: fc.integer({ min: 50, max: 3000 }),
});

test("the spacer never grows past what browsers allow", () => {
  fc.assert(
    fc.property(
      geometries,
      (geometry) =>
        void expect(spacerHeight(geometry)).toBeLessThanOrEqual(Math.max(SPACER_CAP, geometry.viewport)),
    ),
  );
});

test("the ends of the scroll bar are the ends of the list", () => {
  fc.assert(
    fc.property(geometries, (geometry) => {
      expect(fromScrollTop(0, geometry).offset).toBe(0);
      const end = spacerHeight(geometry) - geometry.viewport;
      expect(fromScrollTop(end, geometry).offset).toBeCloseTo(maxOffset(geometry), 3);
      expect(visibleRows(fromScrollTop(end, geometry).offset, geometry, 0)[1]).toBe(geometry.rowCount);
    }),
  );
});

test("a true position survives the way to the scroll bar and back", () => {
  fc.assert(
    fc.property(geometries, fc.double({ min: 0, max: 1, noNaN: true }), (geometry, share) => {
      const there = fromOffset(share * maxOffset(geometry), geometry);
      expect(fromScrollTop(there.scrollTop, geometry).offset).toBeCloseTo(there.offset, 2);
    }),
  );
});

test("visible rows fill the viewport, wherever the list stands", () => {
  fc.assert(
    fc.property(geometries, fc.double({ min: 0, max: 1, noNaN: true }), (geometry, share) => {
      const position = fromOffset(share * maxOffset(geometry), geometry);
      const [first, last] = visibleRows(position.offset, geometry, 0);
      if (geometry.rowCount * geometry.rowHeight < geometry.viewport) return;
      expect(rowTop(first, position, geometry)).toBeLessThanOrEqual(position.scrollTop + 1e-3);
      expect(rowTop(last, position, geometry)).toBeGreaterThanOrEqual(
        position.scrollTop + geometry.viewport - 1e-3,
      );
    }),
  );
});

test("a swipe moves a scaled list by its own pixels, the thumb by its share", () => {
  const geometry = { rowCount: 5_000_000, rowHeight: 20, viewport: 600 };
  const middle = fromOffset(50_000_000, geometry);
  expect(afterScroll(middle, middle.scrollTop + 90, geometry).offset).toBeCloseTo(50_000_090, 3);
  expect(afterScroll(middle, 2_000_000, geometry).offset).toBeCloseTo(
    fromScrollTop(2_000_000, geometry).offset,
    3,
  );
  expect(afterScroll(middle, 0, geometry).offset).toBe(0);
});
