import type { TimelineItem } from "@/api/types";
import { parseTime } from "@/lib/time";

/** What the lanes are. */
export type LaneBy = "kind" | "project" | "actor";

/** A part of time, in milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** An item with its time as a number. */
export interface Moment {
  item: TimelineItem;
  ms: number;
}

/** One event, or several that stand too close to be told apart. */
export interface Mark {
  /** The newest of them. */
  moment: Moment;
  count: number;
  /** When the oldest of them happened. */
  first: number;
  /** Where it stands, in pixels. */
  x: number;
  trouble: boolean;
}

export interface Lane {
  name: string;
  /** How many there are in the whole window, where that is known. */
  total: number;
  marks: Mark[];
}

/** Marks that may exist at once. */
export const MOST_MARKS = 300;
/** Nearer to each other than this, two marks could not be hit. */
const LEAST_GAP = 28;
/** Lanes that have room; the others are one. */
const MOST_LANES = 12;
export const OTHERS = "others";

export function momentsOf(items: readonly TimelineItem[]): Moment[] {
  return items.map((item) => ({ item, ms: parseTime(item.time) ?? 0 }));
}

/** What the lane of an event is called; one of an actor is called by its reference. */
function laneNameOf(item: TimelineItem, by: LaneBy): string {
  if (by === "kind") return item.lane;
  return by === "project" ? (item.project ?? "no project") : item.actor;
}

const TROUBLE =
  /(^|[._ ])(failed|error|degraded|unavailable|rolled_back|lost)$|→ (failed|error|degraded|unavailable)\b/;

/** Whether an event tells of something that went wrong. */
export function isTrouble({ kind, title }: TimelineItem): boolean {
  return TROUBLE.test(kind) || TROUBLE.test(title);
}

/** Items by the name of their lane, those with most first, at most `MOST_LANES` of them. */
export function groupIntoLanes(moments: readonly Moment[], by: LaneBy): Map<string, Moment[]> {
  const groups = new Map<string, Moment[]>();
  for (const moment of moments) {
    const name = laneNameOf(moment.item, by);
    const group = groups.get(name);
    if (group) group.push(moment);
    else groups.set(name, [moment]);
  }
  const bySize = [...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
  if (bySize.length <= MOST_LANES) return new Map(bySize.sort((a, b) => a[0].localeCompare(b[0])));
  const kept = bySize.slice(0, MOST_LANES - 1).sort((a, b) => a[0].localeCompare(b[0]));
  const rest = bySize.slice(MOST_LANES - 1).flatMap(([, group]) => group);
  return new Map([...kept, [OTHERS, rest.sort((a, b) => b.ms - a.ms || b.item.seq - a.item.seq)]]);
}

/**
 * The lanes of a window as they are drawn: no more marks than `MOST_MARKS`, none so near to another that it could not be
 * hit.
 *
 * Args:
 *   moments: Newest first.
 *   width: In pixels.
 *   totals: How many each lane has in the whole window, where that is known.
 */
export function layOut(
  moments: readonly Moment[],
  by: LaneBy,
  span: Span,
  width: number,
  totals: ReadonlyMap<string, number>,
): Lane[] {
  const inside = moments.filter(({ ms }) => ms >= span.from && ms <= span.to);
  const groups = groupIntoLanes(inside, by);
  // A lane of this width has at most width / gap + 1 marks.
  const perLane = Math.max(1, Math.floor(MOST_MARKS / Math.max(1, groups.size)) - 1);
  const gap = Math.max(LEAST_GAP, width / perLane);
  return [...groups].map(([name, group]) => ({
    name,
    total: Math.max(group.length, totals.get(name) ?? 0),
    marks: cluster(group, span, width, gap),
  }));
}

/** Newest first; each mark takes what lies up to `gap` pixels to the left of it. */
function cluster(moments: readonly Moment[], span: Span, width: number, gap: number): Mark[] {
  const marks: Mark[] = [];
  const scale = width / Math.max(1, span.to - span.from);
  for (const moment of moments) {
    const x = (moment.ms - span.from) * scale;
    const last = marks.at(-1);
    if (last && last.x - x < gap) {
      last.count += 1;
      last.first = moment.ms;
      last.trouble ||= isTrouble(moment.item);
    } else marks.push({ moment, count: 1, first: moment.ms, x, trouble: isTrouble(moment.item) });
  }
  return marks;
}

/** The shortest window that can be looked at. */
export const SHORTEST_MS = 1000;

/** A span made longer or shorter around a place that stays where it is, inside of what there is. */
export function zoomed(span: Span, factor: number, around: number, all: Span): Span {
  const whole = all.to - all.from;
  const length = Math.min(whole, Math.max(Math.min(SHORTEST_MS, whole), (span.to - span.from) * factor));
  const share = (around - span.from) / Math.max(1, span.to - span.from);
  return inside({ from: around - share * length, to: around + (1 - share) * length }, all);
}

/** A span moved so that it lies inside of another that is not shorter. */
export function inside(span: Span, all: Span): Span {
  const length = Math.min(span.to - span.from, all.to - all.from);
  const from = Math.min(Math.max(span.from, all.from), all.to - length);
  return { from, to: from + length };
}

/** What a filter leaves. */
export interface Filter {
  q?: string;
  kind?: string;
  actor?: string;
}

export function matches({ item }: Moment, { q, kind, actor }: Filter): boolean {
  if (kind !== undefined && item.lane !== kind) return false;
  if (actor !== undefined && item.actor !== actor) return false;
  const wanted = q?.trim().toLowerCase();
  if (!wanted) return true;
  const told = [
    item.title,
    item.kind,
    `${item.entity}:${item.entity_id}`,
    item.actor,
    item.reason ?? "",
    `#${item.seq}`,
  ];
  return told.some((text) => text.toLowerCase().includes(wanted));
}
