import { formatClock, formatDate, type Zone } from "./time";

export interface Tick {
  ms: number;
  label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances between ticks, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90, 180, 365, 730, 3650].map((n) => n * DAY),
];

/** Round moments between two, few enough that their labels have room. */
export function ticksOf(from: number, to: number, most: number, zone: Zone): Tick[] {
  if (!(to > from) || most < 1) return [];
  const step = STEPS.find((one) => (to - from) / one <= most) ?? (to - from) / most;
  const shift = zone === "UTC" ? 0 : new Date(from).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((from - shift) / step) * step + shift;
  const ticks: Tick[] = [];
  for (let ms = first; ms <= to; ms += step) ticks.push({ ms, label: labelOf(ms, step, zone) });
  return ticks;
}

function labelOf(ms: number, step: number, zone: Zone): string {
  if (step < SECOND) return formatClock(ms, zone, true);
  const clock = formatClock(ms, zone);
  if (step < MINUTE) return clock;
  const day = formatDate(ms, zone).replace(/ \d{4}$/, "");
  if (step >= 90 * DAY) return formatDate(ms, zone);
  if (step >= DAY || clock === "00:00:00") return day;
  return clock.slice(0, 5);
}
