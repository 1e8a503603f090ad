import fc from "fast-check";
import { expect, test } from "vitest";
import { isFling, partInView, scrollShowing } from "./use-visible-rows";

const views = fc.record({
  scrollTop: fc.double({ min: 0, max: 4_000_000, noNaN: true }),
  height: fc.integer({ min: 0, max: 3000 }),
  direction: fc.constantFrom<1 | -1>(1, -1),
  rowHeight: fc.constantFrom(32, 56),
  rowCount: fc.integer({ min: 0, max: 100_000 }),
});

test("every row that is in view is in the document, and few others are", () => {
  fc.assert(
    fc.property(views, (view) => {
      const { scrollTop, height, rowHeight, rowCount } = view;
      const [from, behind] = partInView(view);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(behind).toBeLessThanOrEqual(rowCount);
      expect(behind - from).toBeLessThanOrEqual(height / rowHeight + 24);
      const first = Math.floor(scrollTop / rowHeight);
      const last = Math.min(rowCount - 1, Math.floor((scrollTop + height) / rowHeight));
      if (first > last) return;
      expect(from).toBeLessThanOrEqual(first);
      expect(behind).toBeGreaterThan(last);
    }),
  );
});

test("a row that is shown lies between the head and the lower edge, and nothing moves when it does already", () => {
  const rows = fc.tuple(views, fc.nat(99_999), fc.constantFrom(0, 28));
  fc.assert(
    fc.property(rows, ([view, index, head]) => {
      fc.pre(view.height >= view.rowHeight + head);
      const scrolled = scrollShowing(index, view, head);
      const top = index * view.rowHeight - scrolled;
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top + view.rowHeight).toBeLessThanOrEqual(view.height - head);
      expect(scrollShowing(index, { ...view, scrollTop: scrolled }, head)).toBe(scrolled);
    }),
  );
});

test("nine rows stand ready where the reader goes", () => {
  fc.assert(
    fc.property(views, ({ scrollTop, ...view }) => {
      const top = Math.floor(scrollTop);
      const soon = top + view.direction * view.rowHeight * 9;
      const [from, behind] = partInView({ ...view, scrollTop: top, rowCount: 200_000 });
      if (view.direction < 0)
        expect(from).toBeLessThanOrEqual(Math.max(0, Math.floor(soon / view.rowHeight)));
      else expect(behind).toBeGreaterThanOrEqual(Math.ceil((soon + view.height) / view.rowHeight));
    }),
    { numRuns: 1000 },
  );
});

test("rows wait only while a list flies; a jump and reading draw them at once", () => {
  expect(isFling(500, 17)).toBe(true);
  expect(isFling(-500, 17)).toBe(true);
  expect(isFling(50, 17)).toBe(false);
  expect(isFling(80_000, 2000)).toBe(false);
});
