import { type PointerEvent, useMemo, useRef, useState } from "react";
import { formatInteger } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatAbsolute } from "@/lib/time";
import { zone } from "@/ui/preferences";
import { useWidth } from "@/ui/use-width";
import type { Counted } from "./api";
import { inside, type Span } from "./lanes";
import styles from "./timeline.module.css";

interface Props {
  /** What happened since the beginning of `all`; undefined: not counted yet. */
  counted: Counted | undefined;
  all: Span;
  window: Span;
  onWindow: (span: Span | null) => void;
  /** The moment that is shown, in milliseconds. */
  at: number | null;
}

const HEIGHT = 40;
/** As in the lanes below. */
const MARGIN = 16;
/** This near to an edge of the window, dragging moves the edge. */
const EDGE_PX = 7;
/** A drag shorter than this chooses nothing. */
const CLICK_PX = 4;

type Grip = { kind: "select" | "move" | "from" | "to"; start: number; span: Span };

/**
 * All of the ledger at a glance. Dragging selects a window, its edges resize it, its middle moves it, double-click shows
 * all; the buttons and keys above do the same.
 */
export function Overview({ counted, all, window, onWindow, at }: Props) {
  const where = useStore(zone);
  const box = useRef<HTMLDivElement>(null);
  const outer = useWidth(box);
  const width = Math.max(0, outer - 2 * MARGIN);
  const [grip, setGrip] = useState<Grip | null>(null);
  const [drawn, setDrawn] = useState<Span | null>(null);
  const xOf = (ms: number) => ((ms - all.from) / Math.max(1, all.to - all.from)) * width;
  const bars = useMemo(() => (counted ? barsOf(counted, all, width) : ""), [counted, all, width]);
  const shown = drawn ?? window;
  const [left, right] = [xOf(shown.from), xOf(shown.to)];

  const msAt = (event: PointerEvent) => {
    const { left: begin } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - begin - MARGIN) / Math.max(1, width)));
    return all.from + share * (all.to - all.from);
  };
  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const start = msAt(event);
    const x = xOf(start);
    const isWhole = window.from <= all.from && window.to >= all.to;
    const kind =
      Math.abs(x - left) < EDGE_PX
        ? "from"
        : Math.abs(x - right) < EDGE_PX
          ? "to"
          : x > left && x < right && !isWhole
            ? "move"
            : "select";
    setGrip({ kind, start, span: window });
  };
  const move = (event: PointerEvent) => {
    if (!grip) return;
    const ms = msAt(event);
    const { kind, start, span } = grip;
    if (kind === "move") setDrawn(inside({ from: span.from + ms - start, to: span.to + ms - start }, all));
    else {
      const fixed = kind === "from" ? span.to : kind === "to" ? span.from : start;
      setDrawn({ from: Math.min(fixed, ms), to: Math.max(fixed, ms) });
    }
  };
  const finish = () => {
    if (drawn && xOf(drawn.to) - xOf(drawn.from) >= CLICK_PX) onWindow(drawn);
    setGrip(null);
    setDrawn(null);
  };
  return (
    <div className={styles.overviewRow}>
      <p className={styles.overviewName}>
        Overview <span>drag to select</span>
      </p>
      <div
        ref={box}
        className={styles.overview}
        role="img"
        aria-label={`${counted ? `${formatInteger(counted.total)} events` : "Events"} from ${formatAbsolute(all.from, where)} to ${formatAbsolute(all.to, where)}`}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={finish}
        onPointerCancel={() => {
          setGrip(null);
          setDrawn(null);
        }}
        onDoubleClick={() => onWindow(null)}
      >
        <svg
          width={outer}
          height={HEIGHT}
          viewBox={`${-MARGIN} 0 ${Math.max(1, outer)} ${HEIGHT}`}
          aria-hidden="true"
        >
          <path className={styles.bar} d={bars} />
          <rect className={styles.outside} width={Math.max(0, left)} height={HEIGHT} />
          <rect className={styles.outside} x={right} width={Math.max(0, width - right)} height={HEIGHT} />
          <rect
            className={styles.brush}
            x={left + 0.5}
            y={0.5}
            width={Math.max(2, right - left - 1)}
            height={HEIGHT - 1}
            rx={2}
          />
          {(["from", "to"] as const).map((end) => (
            <rect
              key={end}
              className={styles.handle}
              x={Math.min(width - 5, Math.max(0, (end === "from" ? left : right) - 2.5))}
              y={HEIGHT / 2 - 8}
              width={5}
              height={16}
              rx={2}
            />
          ))}
          {at !== null && <line className={styles.atLine} x1={xOf(at)} x2={xOf(at)} y2={HEIGHT} />}
        </svg>
      </div>
    </div>
  );
}

/** The outline of all bars, one for each part that has events. */
function barsOf({ parts, to }: Counted, all: Span, width: number): string {
  const highest = Math.max(1, ...parts);
  const step = (width * (to - all.from)) / Math.max(1, all.to - all.from) / Math.max(1, parts.length);
  const bar = Math.max(1, step - 1);
  const barOf = (count: number, index: number) => {
    const height = count === 0 ? 0 : Math.max(2, (count / highest) * (HEIGHT - 8));
    return height && `M${(index * step).toFixed(1)} ${HEIGHT}v${-height}h${bar.toFixed(1)}v${height}z`;
  };
  return parts.map(barOf).filter(Boolean).join("");
}
