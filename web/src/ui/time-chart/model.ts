import { SeriesPyramid } from "@/lib/series-pyramid";

/** What the horizontal axis counts. */
export type XAxis = "step" | "time" | "relative";

/** A line of a chart. Its data may grow; `changed` tells the charts that show it. */
export class ChartSeries {
  readonly name: string;
  /** Which of the eight series colours, from 1. */
  readonly color: number;
  readonly dashed: boolean;
  readonly data = new SeriesPyramid();
  private readonly listeners = new Set<() => void>();

  constructor(name: string, color = 1, dashed = false) {
    this.name = name;
    this.color = color;
    this.dashed = dashed;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  changed(): void {
    for (const listener of this.listeners) listener();
  }
}

/** A part of the x axis; `null`: all of it. */
export type Range = readonly [number, number] | null;

/** The smallest range that holds every point of the series. */
export function fullRange(series: readonly ChartSeries[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { data } of series) {
    if (data.length === 0) continue;
    low = Math.min(low, data.xAt(0));
    high = Math.max(high, data.xAt(data.length - 1));
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Columns as uPlot wants them: x, then highest, lowest and mean of each series. */
export type Columns = [number[], ...(number | null)[][]];

/**
 * The series over `range`, one stretch per pixel, on one common x.
 *
 * The nearest points beyond both ends are added, so that lines leave the picture where they should. Stretches without a
 * point are `null` and drawn over. Exponential smoothing (0 none … 0.99) runs over what is visible.
 */
export function columnsOf(
  series: readonly ChartSeries[],
  range: readonly [number, number],
  width: number,
  smoothing: number,
): Columns {
  const [x0, x1] = range;
  const pixels = Math.max(1, Math.floor(width));
  const step = (x1 - x0) / pixels;
  const fine = series.every(({ data }) => data.upperBound(x1) - data.lowerBound(x0) <= pixels / 2);
  const x = fine
    ? exactX(series, range)
    : Array.from({ length: pixels }, (_, pixel) => x0 + (pixel + 0.5) * step);
  const columns: Columns = [x];
  for (const { data } of series) {
    const lines = fine ? exactColumns(data, x) : resampled(data, x0, x1 + step * 1e-6, pixels);
    columns.push(lines.max, lines.min, smooth(lines.mean, smoothing));
  }
  return columns;
}

interface Lines {
  max: (number | null)[];
  min: (number | null)[];
  mean: (number | null)[];
}

/** Every x at which some series has a point in the range, and one more at either side. */
function exactX(series: readonly ChartSeries[], [x0, x1]: readonly [number, number]): number[] {
  const all = new Set<number>();
  for (const { data } of series) {
    const from = Math.max(0, data.lowerBound(x0) - 1);
    const to = Math.min(data.length, data.upperBound(x1) + 1);
    for (let index = from; index < to; index += 1) all.add(data.xAt(index));
  }
  return [...all].sort((a, b) => a - b);
}

function exactColumns(data: SeriesPyramid, x: number[]): Lines {
  const lines: Lines = { max: [], min: [], mean: [] };
  for (const at of x) {
    const { min, max, sum, count } = data.summary(data.lowerBound(at), data.upperBound(at));
    lines.max.push(count ? max : null);
    lines.min.push(count ? min : null);
    lines.mean.push(count ? sum / count : null);
  }
  return lines;
}

function resampled(data: SeriesPyramid, x0: number, x1: number, pixels: number): Lines {
  const out = {
    min: new Float64Array(pixels),
    max: new Float64Array(pixels),
    mean: new Float64Array(pixels),
  };
  data.resample(x0, x1, pixels, out);
  const nullable = (values: Float64Array) =>
    Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  return { max: nullable(out.max), min: nullable(out.min), mean: nullable(out.mean) };
}

function smooth(values: (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values;
  let last: number | null = null;
  return values.map((value) => {
    if (value === null) return null;
    last = last === null ? value : last * weight + value * (1 - weight);
    return last;
  });
}
