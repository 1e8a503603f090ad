import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { ActorName } from "@/api/actors";
import { formatInteger } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatClock } from "@/lib/time";
import { ticksOf } from "@/lib/time-ticks";
import { zone } from "@/ui/preferences";
import { useWidth } from "@/ui/use-width";
import type { Lane, Mark, Span } from "./lanes";
import { labelOf, MarkGlyph } from "./mark-glyph";
import styles from "./timeline.module.css";

export interface Pin {
  letter: "A" | "B";
  seq: number;
  /** Where it lies, once that is known. */
  ms: number | null;
}

interface Props {
  /** The lanes for a width; called as the width becomes known. */
  lanesFor: (width: number) => readonly Lane[];
  /** Each lane is somebody's. */
  ofActors: boolean;
  window: Span;
  pins: readonly Pin[];
  /** The moment that is shown, in milliseconds. */
  at: number | null;
  onPin: (seq: number) => void;
  onWindow: (span: Span) => void;
  /** Make the window shorter (below 1) or longer, around a moment. */
  onZoom: (factor: number, around: number) => void;
}

const ROW = 28;
const AXIS = 24;
const MARGIN = 16;
const TICK_PX = 90;
const CLICK_PX = 5;

/** The events of a window on lanes. One stop of the tab key; arrows go from event to event, Enter pins. */
export function LaneChart({ lanesFor, ofActors, window, pins, at, onPin, onWindow, onZoom }: Props) {
  const where = useStore(zone);
  const box = useRef<HTMLDivElement>(null);
  const outer = useWidth(box);
  /** The room between the margins, in which nothing is cut off. */
  const width = Math.max(0, outer - 2 * MARGIN);
  const lanes = useMemo(() => (width > 0 ? lanesFor(width) : []), [lanesFor, width]);
  const [focused, setFocused] = useState<number | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const span = Math.max(1, window.to - window.from);
  const xOf = (ms: number) => ((ms - window.from) / span) * width;
  const height = Math.max(1, lanes.length) * ROW;
  const marks = lanes.flatMap((lane, row) => lane.marks.map((mark) => ({ mark, row })));
  const stop = marks.find(({ mark }) => mark.moment.item.seq === focused) ?? marks[0];
  const ticks = ticksOf(window.from, window.to, Math.max(2, Math.floor(width / TICK_PX)), where);

  useZoomByWheel(box, (factor, x) =>
    onZoom(factor, window.from + ((x - MARGIN) / Math.max(1, width)) * span),
  );
  const focus = (found: { mark: Mark } | undefined) => {
    if (!found) return;
    const { seq } = found.mark.moment.item;
    setFocused(seq);
    box.current?.querySelector<SVGGElement>(`[data-seq="${seq}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!stop || event.ctrlKey || event.metaKey || event.altKey) return;
    const own = marks.filter(({ row }) => row === stop.row);
    const place = own.indexOf(stop);
    const inLane = (row: number) =>
      marks
        .filter((one) => one.row === row)
        .sort((a, b) => Math.abs(a.mark.x - stop.mark.x) - Math.abs(b.mark.x - stop.mark.x))[0];
    // Marks stand newest first.
    const run = new Map<string, () => void>([
      ["ArrowLeft", () => focus(own[place + 1])],
      ["ArrowRight", () => focus(own[place - 1])],
      ["Home", () => focus(own.at(-1))],
      ["End", () => focus(own[0])],
      ["ArrowUp", () => focus(inLane(stop.row - 1))],
      ["ArrowDown", () => focus(inLane(stop.row + 1))],
      ["Enter", () => onPin(stop.mark.moment.item.seq)],
      [" ", () => onPin(stop.mark.moment.item.seq)],
      ["+", () => onZoom(0.5, stop.mark.moment.ms)],
      ["-", () => onZoom(2, stop.mark.moment.ms)],
    ]).get(event.key);
    if (!run) return;
    event.preventDefault();
    run();
  };
  const offset = (event: PointerEvent) =>
    Math.min(width, Math.max(0, event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN));
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest("[data-seq]")) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag([offset(event), offset(event)]);
  };
  const finish = () => {
    if (drag && Math.abs(drag[1] - drag[0]) >= CLICK_PX) {
      const [a, b] = [Math.min(...drag), Math.max(...drag)];
      onWindow({ from: window.from + (a / width) * span, to: window.from + (b / width) * span });
    }
    setDrag(null);
  };

  return (
    <div className={styles.lanes} data-testid="time-warp-timeline">
      <div className={styles.gutter} style={{ paddingTop: AXIS }} aria-hidden="true">
        {lanes.map((lane) => (
          <div key={lane.name} className={styles.laneName} style={{ height: ROW }}>
            {ofActors ? <ActorName reference={lane.name} /> : <span title={lane.name}>{lane.name}</span>}
            <span className={styles.laneTotal}>{formatInteger(lane.total)}</span>
          </div>
        ))}
      </div>
      <div ref={box} className={styles.plot}>
        <svg
          width={outer}
          height={height + AXIS}
          viewBox={`${-MARGIN} 0 ${Math.max(1, outer)} ${height + AXIS}`}
          role="group"
          aria-label="Events on lanes"
          className={styles.svg}
          onKeyDown={onKeyDown}
          onPointerDown={onPointerDown}
          onPointerMove={(event) => drag && setDrag([drag[0], offset(event)])}
          onPointerUp={finish}
          onPointerCancel={() => setDrag(null)}
        >
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of an SVG takes no focus */}
          <g aria-hidden="true">
            {ticks.map(({ ms, label }) => (
              <g key={ms} transform={`translate(${xOf(ms)} 0)`}>
                <line className={styles.tick} y1={AXIS - 6} y2={height + AXIS} />
                <text className={styles.tickLabel} y={AXIS - 10} textAnchor={anchorOf(xOf(ms), width)}>
                  {label}
                </text>
              </g>
            ))}
            {lanes.map((lane, row) => (
              <line
                key={lane.name}
                className={styles.laneLine}
                x1={-MARGIN}
                x2={width + MARGIN}
                y1={AXIS + row * ROW}
                y2={AXIS + row * ROW}
              />
            ))}
            {pins.length === 2 && pins[0]?.ms != null && pins[1]?.ms != null && (
              <rect
                className={styles.between}
                x={xOf(pins[0].ms)}
                y={AXIS}
                width={Math.max(0, xOf(pins[1].ms) - xOf(pins[0].ms))}
                height={height}
              />
            )}
            {at !== null && at >= window.from && at <= window.to && (
              <g transform={`translate(${xOf(at)} 0)`}>
                <line className={styles.atLine} y1={AXIS - 6} y2={height + AXIS} />
                <g transform={`translate(${Math.min(width - 34, Math.max(34, xOf(at))) - xOf(at)} 0)`}>
                  <rect className={styles.atBack} x={-33} y={1} width={66} height={17} rx={3} />
                  <text className={styles.atLabel} y={13} textAnchor="middle">
                    {formatClock(at, where)}
                  </text>
                </g>
              </g>
            )}
            {drag && (
              <rect
                className={styles.drag}
                x={Math.min(...drag)}
                y={AXIS}
                width={Math.abs(drag[1] - drag[0])}
                height={height}
              />
            )}
          </g>
          {marks.map(({ mark, row }) => (
            <MarkGlyph
              key={mark.moment.item.seq}
              mark={mark}
              y={AXIS + row * ROW + ROW / 2}
              tone={(row % 8) + 1}
              label={labelOf(mark, (lanes[row] as Lane).name, where)}
              isStop={mark === stop?.mark}
              pinned={pins.find(({ seq }) => seq === mark.moment.item.seq)?.letter}
              isLater={at !== null && mark.first > at}
              onPin={onPin}
              onFocus={setFocused}
              onOpen={() => mark.count > 1 && onWindow(around(mark))}
            />
          ))}
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of an SVG takes no focus */}
          <g aria-hidden="true">
            {pins.map(
              ({ letter, ms }) =>
                ms !== null &&
                ms >= window.from &&
                ms <= window.to && (
                  <g
                    key={letter}
                    data-pin={letter}
                    className={styles.pin}
                    transform={`translate(${xOf(ms)} 0)`}
                  >
                    <line y1={AXIS} y2={height + AXIS} />
                    <circle cy={AXIS} r={8} />
                    <text y={AXIS + 4} textAnchor="middle">
                      {letter}
                    </text>
                  </g>
                ),
            )}
          </g>
        </svg>
      </div>
    </div>
  );
}

/** The wheel zooms with Ctrl held (a pinch on a touch pad is the same); alone it scrolls the page. */
function useZoomByWheel(box: RefObject<HTMLElement | null>, zoom: (factor: number, x: number) => void): void {
  const latest = useRef(zoom);
  useEffect(() => {
    latest.current = zoom;
  });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      latest.current(event.deltaY > 0 ? 1.25 : 0.8, event.clientX - element.getBoundingClientRect().left);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [box]);
}

function anchorOf(x: number, width: number): "start" | "middle" | "end" {
  if (x < 24) return "start";
  return x > width - 24 ? "end" : "middle";
}

/** The time that a cluster covers, with some room. */
function around({ first, moment }: Mark): Span {
  const room = Math.max(500, (moment.ms - first) * 0.1);
  return { from: first - room, to: moment.ms + room };
}
