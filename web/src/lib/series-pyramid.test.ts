import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeriesPyramid } from "./series-pyramid";

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

function bruteForce(points: [number, number][], from: number, to: number) {
  const finite = points
    .slice(from, to)
    .map(([, y]) => y)
    .filter(Number.isFinite);
  return {
    min: Math.min(...finite),
    max: Math.max(...finite),
    sum: finite.reduce((total, y) => total + y, 0),
    count: finite.length,
  };
}

function build(points: [number, number][]): SeriesPyramid {
  const series = new SeriesPyramid();
  for (const [x, y] of points) series.append(x, y);
  return series;
}

describe("a pyramid", () => {
  test("knows NaN and the infinities apart, also once a point came late", () => {
    const series = build([
      [1, Number.POSITIVE_INFINITY],
      [2, Number.NaN],
      [4, Number.NEGATIVE_INFINITY],
    ]);
    series.append(3, 7);
    const means = [0, 1, 2, 3].map((index) => series.cellAt(index).mean);
    expect(means).toEqual([Number.POSITIVE_INFINITY, Number.NaN, 7, Number.NEGATIVE_INFINITY]);
  });

  test("sums up any stretch as going through its points one by one does", () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 1500, size: "max" }),
        fc.nat(1500),
        fc.nat(1500),
        (values, a, b) => {
          const points = values.map((y, x): [number, number] => [x, y]);
          const [from, to] = [Math.min(a, b, points.length), Math.min(Math.max(a, b), points.length)];
          expect(build(points).summary(from, to)).toEqual(bruteForce(points, from, to));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("sums up points that the server has summarised as going through them one by one does", () => {
    const cells = fc.array(
      fc.record({
        low: fc.integer({ min: -500, max: 0 }),
        high: fc.integer({ min: 1, max: 500 }),
        count: fc.nat(9),
      }),
      {
        maxLength: 600,
        size: "max",
      },
    );
    fc.assert(
      fc.property(cells, fc.nat(600), fc.nat(600), (drawn, a, b) => {
        const series = new SeriesPyramid();
        for (const [x, { low, high, count }] of drawn.entries())
          series.appendCell({ x, min: low, max: high, mean: high, count });
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const within = drawn.slice(from, to).filter(({ count }) => count > 0);
        expect(series.summary(from, to)).toEqual({
          min: Math.min(...within.map(({ low }) => low)),
          max: Math.max(...within.map(({ high }) => high)),
          sum: within.reduce((total, { high, count }) => total + high * count, 0),
          count: within.reduce((total, { count }) => total + count, 0),
        });
      }),
    );
  });

  test("puts points that come late where they belong", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: -9, max: 9 })), { maxLength: 120 }),
        (points) => {
          const series = build(points);
          const sorted = points
            .map((point, order) => ({ point, order }))
            .sort((a, b) => a.point[0] - b.point[0] || a.order - b.order);
          const expected = sorted.map(({ point }) => point);
          expect(
            Array.from({ length: series.length }, (_, i) => [series.xAt(i), series.cellAt(i).mean]),
          ).toEqual(expected);
          expect(series.summary(0, series.length)).toEqual(bruteForce(expected, 0, expected.length));
        },
      ),
    );
  });

  test("keeps a single spike among a million points visible at every width", () => {
    const series = new SeriesPyramid();
    for (let x = 0; x < 1_000_000; x += 1) series.append(x, x === 654_321 ? 99 : 1);
    for (const width of [7, 300, 1200]) {
      const out = {
        min: new Float64Array(width),
        max: new Float64Array(width),
        mean: new Float64Array(width),
      };
      series.resample(0, 1_000_000, width, out);
      expect(Math.max(...out.max)).toBe(99);
      expect(Math.min(...out.min)).toBe(1);
    }
  });

  test("resamples every point into exactly one stretch", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 90 }),
        (xs, width) => {
          const series = build(xs.sort((a, b) => a - b).map((x) => [x, 1]));
          const out = {
            min: new Float64Array(width),
            max: new Float64Array(width),
            mean: new Float64Array(width),
          };
          series.resample(0, 501, width, out);
          const filled = out.mean.filter((mean) => !Number.isNaN(mean)).length;
          expect(filled).toBe(new Set(xs.map((x) => stretchOf(x, 501, width))).size);
        },
      ),
    );
  });

  test("finds the point nearest to a cursor", () => {
    const series = build([
      [0, 1],
      [10, 2],
      [30, 3],
    ]);
    expect([-5, 4, 6, 19, 21, 99].map((x) => series.nearest(x))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(new SeriesPyramid().nearest(1)).toBe(-1);
  });

  test("takes points that the server has summarised, weighted by their count", () => {
    const series = new SeriesPyramid();
    series.appendCell({ x: 0, min: 0, max: 10, mean: 4, count: 100 });
    series.append(1, 8);
    expect(series.summary(0, 2)).toEqual({ min: 0, max: 10, sum: 408, count: 101 });
  });
});

/** The stretch a position falls into, by the same boundaries as the code under test, found by search. */
function stretchOf(x: number, x1: number, width: number): number {
  let pixel = 0;
  while (pixel < width - 1 && (pixel + 1) * (x1 / width) <= x) pixel += 1;
  return pixel;
}
