import { fromWire } from "@/lib/numbers";
import type { Cell } from "@/lib/series-pyramid";
import type { MetricPoint } from "./types";

/** A point of an answer, raw or a bucket, as charts keep it. */
export function cellOf(point: MetricPoint, x: number): Cell {
  const isRaw = point.value !== undefined && point.value !== null;
  const mean = fromWire(isRaw ? point.value : point.mean) ?? Number.NaN;
  return {
    x,
    min: isRaw ? mean : (fromWire(point.min) ?? mean),
    max: isRaw ? mean : (fromWire(point.max) ?? mean),
    mean,
    count: isRaw ? 1 : (point.count ?? 1),
  };
}
