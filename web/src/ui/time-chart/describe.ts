import { formatInteger, formatValue } from "@/lib/numbers";
import { formatAbsolute, formatClock, type Zone } from "@/lib/time";
import { formatDuration } from "@/lib/units";
import type { ChartSeries, XAxis } from "./model";

/** A place on the x axis in words. Times are in seconds. */
export function formatX(x: number, axis: XAxis, zone: Zone): string {
  if (axis === "step") return `step ${formatInteger(x)}`;
  return axis === "relative" ? `T+${formatDuration(x)}` : formatAbsolute(x * 1000, zone);
}

/** A tick of the x axis, short. */
export function formatTick(x: number, axis: XAxis, zone: Zone, spacing: number): string {
  if (axis === "step") return formatValue(x);
  if (axis === "relative") return formatDuration(x);
  const clock = formatClock(x * 1000, zone, spacing < 1);
  return spacing >= 60 ? clock.slice(0, 5) : clock;
}

/** The chart in a sentence: range, last, least and greatest value of each series, and which way it went. */
export function describeChart(
  title: string,
  series: readonly ChartSeries[],
  axis: XAxis,
  zone: Zone,
): string {
  const parts = series.filter(({ data }) => data.length > 0).map((one) => describeSeries(one, axis, zone));
  return parts.length === 0 ? `${title}: no points yet.` : `${title}. ${parts.join(" ")}`;
}

function describeSeries({ name, data }: ChartSeries, axis: XAxis, zone: Zone): string {
  const [first, last] = [data.cellAt(0), data.cellAt(data.length - 1)];
  const { min, max, count } = data.summary(0, data.length);
  const from = `${name}: from ${formatX(first.x, axis, zone)} to ${formatX(last.x, axis, zone)}`;
  if (count === 0) return `${from}, no finite value.`;
  const trend = last.mean > first.mean ? "rising" : last.mean < first.mean ? "falling" : "flat";
  return `${from}, last ${formatValue(last.mean)}, lowest ${formatValue(min)}, highest ${formatValue(max)}, ${trend}.`;
}
