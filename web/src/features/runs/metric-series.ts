import { cellOf } from "@/api/metric-cells";
import type { MetricSeries, Run } from "@/api/types";
import { fromWire } from "@/lib/numbers";
import type { SeriesPyramid } from "@/lib/series-pyramid";
import { parseTime } from "@/lib/time";
import type { PointData } from "@/live/messages";
import { ChartSeries, type Range, type XAxis } from "@/ui/time-chart/model";

/** How a metric is looked at. */
export interface MetricView {
  axis: XAxis;
  /** The part that the answer covers; null: all of it. */
  range: Range;
  /** Relative time counts from its beginning. */
  run: Pick<Run, "started_at" | "created_at">;
}

interface Attempt {
  chart: ChartSeries;
  /** Every point is in the answer, so that one which comes again can be told by its values. */
  isRaw: boolean;
  lastStep: number;
  lastTime: number;
}

/** One metric of a run, a line per attempt, which grows as points come. */
export class LiveMetric {
  readonly series: ChartSeries[] = [];
  /** How much one point of a line stands for, in the unit of the axis; null where each is one that was logged. */
  readonly width: number | null;
  private readonly attempts = new Map<number, Attempt>();
  private readonly view: MetricView;
  /** Milliseconds from which relative time counts. */
  private readonly start: number;

  /**
   * Args:
   *   name: The metric.
   *   answer: What the server answered for it.
   *   view: What was asked.
   *   recent: Points that came over the socket, some of which the answer may lack.
   */
  constructor(
    name: string,
    answer: readonly MetricSeries[],
    view: MetricView,
    recent: readonly PointData[] = [],
  ) {
    this.view = view;
    this.start = parseTime(view.run.started_at) ?? parseTime(view.run.created_at) ?? 0;
    const own = answer.filter((one) => one.name === name);
    const came = recent.filter((point) => point.name === name);
    const numbers = [...own, ...came].map(({ attempt }) => attempt);
    const ordered = [...new Set(numbers)].sort((a, b) => a - b);
    for (const attempt of ordered) {
      const found = own.find((one) => one.attempt === attempt);
      // Attempts of one metric share its colour; all but the last are dashed.
      const label = ordered.length > 1 ? `attempt ${attempt}` : name;
      this.addAttempt(attempt, found, new ChartSeries(label, 1, attempt !== ordered.at(-1)));
    }
    const widths = own
      .filter(({ resolution }) => resolution.kind === "bucket")
      .map((one) => one.resolution.width);
    this.width = widths.length > 0 ? Math.max(...widths) : null;
    this.append(came);
  }

  /**
   * Add points that came over the socket; those that the answer held already, and those outside of its range, are
   * left out.
   *
   * Returns whether all of them belong to attempts that are known; if not, the answer must be read again.
   */
  append(points: readonly PointData[]): boolean {
    const touched = new Set<ChartSeries>();
    let known = true;
    for (const point of points) {
      const attempt = this.attempts.get(point.attempt);
      if (!attempt) {
        known = false;
        continue;
      }
      const time = parseTime(point.time) ?? 0;
      const x = this.place(point.step, time);
      const value = fromWire(point.value) ?? Number.NaN;
      if (!this.covers(x) || isHeld(attempt, x, value, point.step, time)) continue;
      attempt.chart.data.append(x, value);
      attempt.lastStep = Math.max(point.step, attempt.lastStep);
      attempt.lastTime = Math.max(time, attempt.lastTime);
      touched.add(attempt.chart);
    }
    for (const chart of touched) chart.changed();
    return known;
  }

  private addAttempt(number: number, answer: MetricSeries | undefined, chart: ChartSeries): void {
    const attempt: Attempt = {
      chart,
      isRaw: answer?.resolution.kind !== "bucket",
      lastStep: Number.NEGATIVE_INFINITY,
      lastTime: Number.NEGATIVE_INFINITY,
    };
    const cells = (answer?.points ?? []).map((point) => {
      const time = parseTime(point.time) ?? 0;
      attempt.lastStep = Math.max(attempt.lastStep, point.step);
      attempt.lastTime = Math.max(attempt.lastTime, time);
      return cellOf(point, this.place(point.step, time));
    });
    cells.sort((a, b) => a.x - b.x);
    for (const cell of cells) chart.data.appendCell(cell);
    this.attempts.set(number, attempt);
    this.series.push(chart);
  }

  private covers(x: number): boolean {
    const { range } = this.view;
    return range === null || (x >= range[0] && x <= range[1]);
  }

  private place(step: number, time: number): number {
    if (this.view.axis === "step") return step;
    return this.view.axis === "time" ? time / 1000 : (time - this.start) / 1000;
  }
}

/** Whether a point is drawn already. What lies within buckets cannot be told apart: up to the last one it is. */
function isHeld(attempt: Attempt, x: number, value: number, step: number, time: number): boolean {
  if (!attempt.isRaw) return step <= attempt.lastStep && time <= attempt.lastTime;
  return holds(attempt.chart.data, x, value);
}

function holds(data: SeriesPyramid, x: number, value: number): boolean {
  for (let index = data.lowerBound(x); index < data.length && data.xAt(index) === x; index += 1) {
    const { mean, count } = data.cellAt(index);
    if (mean === value || (count === 0 && !Number.isFinite(value))) return true;
  }
  return false;
}

export interface MetricGroup {
  /** What stands before the first slash; "" for names without one. */
  prefix: string;
  names: string[];
}

/** Names by what stands before their first slash: plain ones first, those of the system last. */
export function groupByPrefix(names: readonly string[]): MetricGroup[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const slash = name.indexOf("/");
    const prefix = slash < 0 ? "" : name.slice(0, slash);
    groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
  }
  const rank = (prefix: string) => (prefix === "" ? 0 : prefix === "system" ? 2 : 1);
  return [...groups]
    .map(([prefix, members]) => ({ prefix, names: members }))
    .sort((a, b) => rank(a.prefix) - rank(b.prefix) || a.prefix.localeCompare(b.prefix));
}
