import { expect, test } from "vitest";
import type { MetricSeries } from "@/api/types";
import type { PointData } from "@/live/messages";
import type { Range, XAxis } from "@/ui/time-chart/model";
import { groupByPrefix, LiveMetric } from "./metric-series";

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();
const run = { started_at: at(0), created_at: at(0) };
const raw = (attempt: number, steps: number[]): MetricSeries => ({
  name: "loss",
  attempt,
  resolution: { kind: "raw", width: 1 },
  points: steps.map((step) => ({ step, time: at(step), value: step })),
});
const live = (step: number, attempt = 1): PointData => ({
  name: "loss",
  value: step,
  step,
  time: at(step),
  attempt,
});
const places = (metric: LiveMetric, index = 0) => {
  const data = metric.series[index]?.data;
  return Array.from({ length: data?.length ?? 0 }, (_, i) => data?.xAt(i));
};

const look = (axis: XAxis = "step", range: Range = null) => ({ axis, range, run });

test("points that the answer held already are not drawn twice when the socket repeats them", () => {
  const metric = new LiveMetric("loss", [raw(1, [1, 2, 3])], look());
  expect(metric.append([live(2), live(3), live(4), live(5)])).toBe(true);
  expect(places(metric)).toEqual([1, 2, 3, 4, 5]);
});

test("points that came while the answer was on its way are in neither twice nor lost", () => {
  const metric = new LiveMetric("loss", [raw(1, [1, 2, 3])], look(), [live(2), live(3), live(4)]);
  metric.append([live(5)]);
  expect(places(metric)).toEqual([1, 2, 3, 4, 5]);
});

test("a point that was logged late, for an earlier step, is drawn where it belongs", () => {
  const metric = new LiveMetric("loss", [raw(1, [1, 3])], look());
  metric.append([live(2)]);
  expect(places(metric)).toEqual([1, 2, 3]);
});

test("an attempt that began after the answer has a line of its own", () => {
  const metric = new LiveMetric("loss", [raw(1, [1])], look(), [live(1, 2)]);
  expect(metric.series.map(({ name, dashed }) => [name, dashed])).toEqual([
    ["attempt 1", true],
    ["attempt 2", false],
  ]);
});

test("a point of an attempt that is not known asks for the answer to be read again", () => {
  const metric = new LiveMetric("loss", [raw(1, [1])], look());
  expect(metric.append([live(1, 2)])).toBe(false);
});

test("points outside of the range that was asked for are left out", () => {
  const metric = new LiveMetric("loss", [raw(1, [5, 6])], look("step", [5, 7]), [
    live(1),
    live(6),
    live(7),
    live(8),
  ]);
  expect(places(metric)).toEqual([5, 6, 7]);
});

test("relative time counts from the start of the run, in seconds", () => {
  expect(places(new LiveMetric("loss", [raw(1, [3, 9])], look("relative")))).toEqual([3, 9]);
});

test("attempts are lines of their own, earlier ones dashed", () => {
  const metric = new LiveMetric("loss", [raw(2, [1]), raw(1, [1])], look());
  expect(metric.series.map(({ name, dashed }) => [name, dashed])).toEqual([
    ["attempt 1", true],
    ["attempt 2", false],
  ]);
});

test("buckets keep their lowest and highest value, their weight and their width", () => {
  const bucket = { step: 0, time: at(0), first: 1, last: 2, min: 0, max: 9, mean: 3, count: 50 };
  const answer: MetricSeries = {
    name: "loss",
    attempt: 1,
    resolution: { kind: "bucket", width: 50 },
    points: [bucket],
  };
  const metric = new LiveMetric("loss", [answer], look());
  expect(metric.series[0]?.data.summary(0, 1)).toEqual({ min: 0, max: 9, sum: 150, count: 50 });
  expect(metric.width).toBe(50);
});

test("names are grouped by what stands before the slash, the system's last", () => {
  expect(groupByPrefix(["system/gpu", "train/loss", "lr", "train/acc"])).toEqual([
    { prefix: "", names: ["lr"] },
    { prefix: "train", names: ["train/loss", "train/acc"] },
    { prefix: "system", names: ["system/gpu"] },
  ]);
});
