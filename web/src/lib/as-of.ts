import { parseMoment, parseTime, type Zone } from "./time";

/**
 * A moment as addresses and the API write it: an RFC 3339 time, or `seq:48213`, the state right after that event of the
 * ledger. `undefined` is now.
 */
export type AsOf = string | undefined;

/** What was typed for a moment. */
export type ReadMoment =
  | {
      kind: "moment";
      at: string /** `null`: which time an event has is not known here. */;
      ms: number | null;
    }
  | { kind: "now" }
  | { kind: "wrong"; why: string };

const SEQ = /^(?:seq:\s*|#)(\d{1,15})$/i;
/** A date and a time without a zone, as people write it. */
const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)$/;

/** The number of the event that a moment names; null: it names a time. */
export function seqOf(at: AsOf): number | null {
  const digits = SEQ.exec(at ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The moment right after an event. */
export function afterEvent(seq: number): string {
  return `seq:${seq}`;
}

/** The time that a moment names, in milliseconds; null: it names an event, or nothing. */
export function timeOf(at: AsOf): number | null {
  return seqOf(at) === null ? parseTime(at) : null;
}

/** Whether an address's `at` names a moment at all. */
export function isMoment(at: string): boolean {
  return seqOf(at) !== null || (/^\d{4}-\d{2}-\d{2}/.test(at) && parseTime(at) !== null);
}

/** What people type for a moment: `-15m`, `13:22:10`, `2026-11-20 13:41`, ISO, `seq:48213`, `now`. */
export function readMoment(typed: string, now: number, zone: Zone): ReadMoment {
  const text = typed.trim();
  if (text === "") return { kind: "wrong", why: "Type a moment, such as -15m or 13:22:10." };
  const seq = seqOf(text);
  if (seq !== null)
    return seq > 0
      ? { kind: "moment", at: afterEvent(seq), ms: null }
      : { kind: "wrong", why: "Events are numbered from 1." };
  if (text.toLowerCase() === "now") return { kind: "now" };
  const ms = parseMoment(withZone(text, zone), now, zone);
  if (ms === null || Number.isNaN(ms))
    return { kind: "wrong", why: "Not understood. Try -15m, 13:22:10, 2026-11-20 13:41 or seq:123." };
  if (ms > now) return { kind: "wrong", why: "That lies in the future." };
  if (ms < 0) return { kind: "wrong", why: "That lies before 1970." };
  return { kind: "moment", at: new Date(ms).toISOString(), ms };
}

/** A time without a zone is meant in the reader's. */
function withZone(text: string, zone: Zone): string {
  const [, date, clock] = LOCAL.exec(text) ?? [];
  if (date === undefined || clock === undefined) return zone === "UTC" ? text : wholeDay(text);
  return `${date}T${clock.replace(/^\d:/, "0$&")}${zone === "UTC" ? "Z" : ""}`;
}

/** A date alone is the midnight at which it begins for the reader; ECMAScript takes it for UTC. */
function wholeDay(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text;
}

/** A time as `<input type="datetime-local">` takes it, in the reader's zone: `2026-11-20T13:41:07`. */
export function forDateInput(ms: number, zone: Zone): string {
  const shifted = zone === "UTC" ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 19);
}
