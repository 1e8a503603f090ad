import { type PointerEvent, useRef, useState } from "react";
import type { LogHistogram } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatClock, parseTime, type Zone } from "@/lib/time";
import { zone } from "@/ui/preferences";
import { LEVELS, type Level, levelOf } from "./log-levels";
import styles from "./log-volume.module.css";

interface Props {
  histogram: LogHistogram;
  /** The part that the lines are limited to, in milliseconds; null: all. */
  range: readonly [number, number] | null;
  /** A place was clicked. */
  onJump: (time: number) => void;
  /** A part was marked by dragging. */
  onRange: (from: number, to: number) => void;
  /** Moves the mark of where the reader is; kept outside of React, for it follows the scrolling. */
  markRef: React.RefObject<HTMLDivElement | null>;
}

const HEIGHT = 36;
/** A drag shorter than this is a click, in pixels. */
const CLICK_PX = 4;

interface Volume {
  start: number;
  widthMs: number;
  /** Counts by group, a number per bucket. */
  counts: Record<Level, number[]>;
  totals: number[];
}

/** How many lines came when, by level. Click jumps, dragging limits the lines; the time field does both by keyboard. */
export function LogVolume({ histogram, range, onJump, onRange, markRef }: Props) {
  const where = useStore(zone);
  const element = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const volume = volumeOf(histogram);
  if (!volume) return null;
  const { start, widthMs, totals } = volume;
  const span = widthMs * totals.length;
  const shareOf = (event: PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const timeOf = (share: number) => start + share * span;
  const marked = drag ?? (range && [(range[0] - start) / span, (range[1] - start) / span]);

  const finish = (event: PointerEvent) => {
    if (!drag) return;
    setDrag(null);
    const [from, to] = [Math.min(...drag), Math.max(...drag)];
    const isClick = (to - from) * event.currentTarget.clientWidth < CLICK_PX;
    if (isClick) onJump(timeOf(drag[1]));
    else onRange(timeOf(from), timeOf(to));
  };

  return (
    <div className={styles.volume}>
      <div
        ref={element}
        className={styles.plot}
        role="img"
        aria-label={sentenceOf(volume, where)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([shareOf(event), shareOf(event)]);
        }}
        onPointerMove={(event) => drag && setDrag([drag[0], shareOf(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <svg
          viewBox={`0 0 ${totals.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          className={styles.bars}
          aria-hidden="true"
        >
          {pathsOf(volume).map(({ level, path }) => (
            <path key={level} d={path} className={styles[level]} />
          ))}
        </svg>
        {marked && (
          <div
            className={styles.range}
            style={{
              left: `${Math.min(...marked) * 100}%`,
              width: `${Math.abs(marked[1] - marked[0]) * 100}%`,
            }}
          />
        )}
        <div ref={markRef} className={styles.mark} data-start={start} data-span={span} hidden />
      </div>
      <div className={styles.ticks} aria-hidden="true">
        {TICKS.map((share) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {formatClock(timeOf(share), where, span < 20_000).slice(0, span < 20_000 ? 10 : 8)}
          </span>
        ))}
      </div>
    </div>
  );
}

const TICKS = [0, 0.2, 0.4, 0.6, 0.8];

/** Put the mark at a moment. */
export function placeMark(mark: HTMLDivElement | null, time: number | null): void {
  if (!mark) return;
  const share = time === null ? Number.NaN : (time - Number(mark.dataset.start)) / Number(mark.dataset.span);
  mark.hidden = !(share >= 0 && share <= 1.001);
  if (!mark.hidden) mark.style.left = `${Math.min(share, 1) * 100}%`;
}

function volumeOf({ start, width_s, levels }: LogHistogram): Volume | null {
  const begin = parseTime(start);
  const buckets = Object.values(levels)[0]?.length ?? 0;
  if (begin === null || buckets === 0) return null;
  const counts = Object.fromEntries(
    LEVELS.map((level) => [level, Array(buckets).fill(0)]),
  ) as Volume["counts"];
  const totals: number[] = Array(buckets).fill(0);
  for (const [word, numbers] of Object.entries(levels)) {
    const group = counts[levelOf(word === "none" ? null : (word as "info"))];
    for (const [index, count] of numbers.entries()) {
      group[index] = (group[index] ?? 0) + count;
      totals[index] = (totals[index] ?? 0) + count;
    }
  }
  return { start: begin, widthMs: width_s * 1000, counts, totals };
}

/** A path of bars per group, stacked; the worst at the bottom, where it is never hidden. */
function pathsOf({ counts, totals }: Volume): { level: Level; path: string }[] {
  const most = Math.max(1, ...totals);
  const below = totals.map(() => 0);
  return LEVELS.map((level) => {
    const parts: string[] = [];
    for (const [index, count] of counts[level].entries()) {
      if (count === 0) continue;
      // A bar that stands for something can always be seen.
      const height = Math.max(1, (count / most) * HEIGHT);
      const base = below[index] ?? 0;
      below[index] = base + height;
      parts.push(`M${index + 0.1} ${(HEIGHT - base).toFixed(2)}h0.8v${(-height).toFixed(2)}h-0.8z`);
    }
    return { level, path: parts.join("") };
  });
}

function sentenceOf({ start, widthMs, counts, totals }: Volume, where: Zone): string {
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  const most = totals.indexOf(Math.max(...totals));
  const clock = (bucket: number) => formatClock(start + bucket * widthMs, where);
  const groups = LEVELS.filter((level) => sum(counts[level]) > 0).map(
    (level) => `${formatInteger(sum(counts[level]))} ${level}`,
  );
  return (
    `Log volume from ${clock(0)} to ${clock(totals.length)}: ${formatInteger(sum(totals))} lines ` +
    `(${groups.join(", ")}), most of them at ${clock(most)}.`
  );
}
