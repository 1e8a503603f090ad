import { NO_VALUE } from "./numbers";

export type Zone = "local" | "UTC";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 3339 → milliseconds since 1970 (fractions kept to the microsecond), `null` for no or an unreadable time. */
export function parseTime(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const fraction = /\.(\d+)/.exec(text)?.[1];
  return fraction && fraction.length > 3 ? ms + Number(`0.${fraction.slice(3)}`) : ms;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

function parts(ms: number, zone: Zone): Parts {
  const date = new Date(ms);
  return zone === "UTC"
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        ms: date.getUTCMilliseconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
        ms: date.getMilliseconds(),
      };
}

const two = (n: number) => String(n).padStart(2, "0");

/** `14 m ago`, `in 3 h`, `just now`; days up to a month, then the date. */
export function formatRelative(ms: number | null, now: number, zone: Zone = "local"): string {
  if (ms === null) return NO_VALUE;
  const ago = now - ms;
  const size = Math.abs(ago);
  const say = (amount: number, unit: string) => (ago >= 0 ? `${amount} ${unit} ago` : `in ${amount} ${unit}`);
  if (size < 5_000) return "just now";
  if (size < 60_000) return say(Math.floor(size / 1000), "s");
  if (size < 3_600_000) return say(Math.floor(size / 60_000), "m");
  if (size < 86_400_000) return say(Math.floor(size / 3_600_000), "h");
  if (size < 30 * 86_400_000) return say(Math.floor(size / 86_400_000), "d");
  return formatDate(ms, zone);
}

/** `20 Nov 2026`. */
export function formatDate(ms: number | null, zone: Zone = "local"): string {
  if (ms === null) return NO_VALUE;
  const p = parts(ms, zone);
  return `${p.day} ${MONTHS[p.month]} ${p.year}`;
}

/** `13:41:07`, with milliseconds `13:41:07.512`. */
export function formatClock(ms: number | null, zone: Zone = "local", milliseconds = false): string {
  if (ms === null) return NO_VALUE;
  const p = parts(ms, zone);
  const clock = `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
  return milliseconds ? `${clock}.${String(p.ms).padStart(3, "0")}` : clock;
}

/** `20 Nov 2026 13:41:07`, and says UTC when it is. */
export function formatAbsolute(ms: number | null, zone: Zone = "local", milliseconds = false): string {
  if (ms === null) return NO_VALUE;
  return `${formatDate(ms, zone)} ${formatClock(ms, zone, milliseconds)}${zone === "UTC" ? " UTC" : ""}`;
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A moment as people type it: `now`, `-15m`, `now-2h`, `13:22:10` (the last such moment), ISO. `null`: not understood. */
export function parseMoment(text: string, now: number, zone: Zone = "local"): number | null {
  const typed = text.trim();
  if (typed === "now") return now;
  const back = /^(?:now)?\s*-\s*(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(typed);
  if (back) return now - Number(back[1]) * (UNIT_MS[back[2] ?? "s"] as number);
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/.exec(typed);
  if (clock) return lastClock(clock, now, zone);
  if (!/^\d{4}-\d{2}-\d{2}/.test(typed)) return null;
  return parseTime(typed);
}

function lastClock(match: RegExpExecArray, now: number, zone: Zone): number | null {
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Number((match[4] ?? "0").padEnd(3, "0"));
  const date = new Date(now);
  if (zone === "UTC") date.setUTCHours(hour, minute, second, ms);
  else date.setHours(hour, minute, second, ms);
  const moment = date.getTime();
  return moment <= now ? moment : moment - 86_400_000;
}
