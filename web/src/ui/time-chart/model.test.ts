import { expect, test } from "vitest";
import { describeChart } from "./describe";
import { ChartSeries, columnsOf, fullRange } from "./model";

function seriesOf(points: [number, number][], name = "loss"): ChartSeries {
  const series = new ChartSeries(name);
  for (const [x, y] of points) series.data.append(x, y);
  return series;
}

test("few points are drawn where they are, with one beyond either end", () => {
  const series = seriesOf([
    [0, 1],
    [10, 2],
    [20, 3],
    [30, 4],
    [40, 5],
  ]);
  expect(columnsOf([series], [12, 28], 400, 0)[0]).toEqual([10, 20, 30]);
});

test("many points cost as much as there are pixels, and no spike is lost", () => {
  const series = seriesOf(Array.from({ length: 200_000 }, (_, x) => [x, x === 77_777 ? 50 : 1]));
  const [x, highest, lowest, mean] = columnsOf([series], fullRange([series]), 600, 0);
  expect(x).toHaveLength(600);
  expect(Math.max(...(highest as number[]))).toBe(50);
  expect(Math.min(...(lowest as number[]))).toBe(1);
  expect(Math.max(...(mean as number[]))).toBeLessThan(2);
});

test("series with points at different places share one axis", () => {
  const [x, , , a, , , b] = columnsOf(
    [
      seriesOf([
        [0, 1],
        [2, 3],
      ]),
      seriesOf([[1, 9]], "val"),
    ],
    [0, 2],
    100,
    0,
  );
  expect([x, a, b]).toEqual([
    [0, 1, 2],
    [1, null, 3],
    [null, 9, null],
  ]);
});

test("smoothing leaves gaps and the first value alone", () => {
  const [, , , mean] = columnsOf(
    [
      seriesOf([
        [0, 0],
        [1, 10],
      ]),
      seriesOf([[0.5, 1]], "other"),
    ],
    [0, 1],
    100,
    0.5,
  );
  expect(mean).toEqual([0, null, 5]);
});

test("a chart can be told in a sentence", () => {
  expect(
    describeChart(
      "Loss",
      [
        seriesOf([
          [0, 4],
          [100, 1.5],
          [200, 2],
        ]),
      ],
      "step",
      "UTC",
    ),
  ).toBe("Loss. loss: from step 0 to step 200, last 2, lowest 1.5, highest 4, falling.");
  expect(describeChart("Loss", [seriesOf([])], "step", "UTC")).toBe("Loss: no points yet.");
});
