import { type PointerEvent, useRef, useState } from "react";
import { formatValue } from "@/lib/numbers";
import { ColumnPicker } from "@/ui/data-table/column-picker";
import { EmptyState } from "@/ui/states";
import { Toolbar } from "@/ui/toolbar";
import { useWidth } from "@/ui/use-width";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { type Dimension, dimensionsOf, extentOf, labelsOf } from "./comparison";
import { lookAt } from "./run-looks";
import { RunSwatch } from "./run-swatch";

const HEIGHT = 360;
const [TOP, BOTTOM, SIDE] = [48, 24, 70];
/** Axes stand so far apart at least; where there is less room the picture scrolls. */
const LEAST_GAP = 110;
const FIRST_PARAMS = 5;
const FIRST_METRICS = 2;
/** A drag of fewer pixels is a click: it lifts the range. */
const LEAST_DRAG = 4;

/** Ranges of values by field; runs outside of one of them are dimmed. */
type Ranges = ReadonlyMap<string, readonly [number, number]>;

/** Every run as a line over axes of params and metrics; a range dragged on an axis dims the runs outside of it. */
export function ParallelCoordinates({ told, view, onView }: ComparedProps) {
  const [ranges, setRanges] = useState<Ranges>(new Map());
  const holder = useRef<HTMLDivElement>(null);
  const room = useWidth(holder);
  const all = dimensionsOf(told);
  const labels = labelsOf(told.runs);
  const isMetric = ({ field }: Dimension) => field.startsWith("metrics.");
  const first = [
    ...all.filter((one) => !isMetric(one)).slice(0, FIRST_PARAMS),
    ...all.filter(isMetric).slice(0, FIRST_METRICS),
  ];
  const shown = view.axes ? all.filter(({ field }) => view.axes?.includes(field)) : first;
  if (all.length < 2)
    return (
      <EmptyState title="Nothing to draw">
        It takes two params that differ, or metrics, to draw lines between.
      </EmptyState>
    );
  const isOut = (place: number) =>
    shown.some(({ field, values }) => {
      const range = ranges.get(field);
      const value = values[place];
      return range !== undefined && (value == null || value < range[0] || value > range[1]);
    });
  const width = Math.max(room, 2 * SIDE + LEAST_GAP * (shown.length - 1));
  const xAt = (index: number) =>
    shown.length < 2 ? width / 2 : SIDE + (index * (width - 2 * SIDE)) / (shown.length - 1);
  const inside = told.runs.filter((_, place) => !isOut(place));
  return (
    <div ref={holder}>
      <Toolbar label="Axes">
        <ColumnPicker
          label="Axes"
          choices={all.map((one) => ({
            id: one.field,
            header: one.name,
            group: isMetric(one) ? "Metrics" : "Params that differ",
          }))}
          shown={shown.map(({ field }) => field)}
          onChange={(axes) => onView({ axes })}
          onReset={view.axes && (() => onView({ axes: undefined }))}
        />
        <span role="status" className={styles.soft}>
          {ranges.size > 0 && `${inside.length} of ${told.runs.length} runs within the ranges`}
        </span>
      </Toolbar>
      {/* It scrolls where the axes need more room, by keyboard too. */}
      <div className={styles.scroller} tabIndex={0} role="group" aria-label="Parallel coordinates">
        <svg
          className={styles.plot}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${told.runs.length} runs over ${shown.map(({ name }) => name).join(", ")}. The tables of the other tabs hold the values.`}
        >
          {told.runs.map((run, place) => {
            const { color, dashed } = lookAt(place);
            return (
              <path
                key={run.id}
                className={styles.path}
                data-dashed={dashed || undefined}
                data-out={isOut(place) || undefined}
                style={{ stroke: `var(--s${color})` }}
                d={lineOf(shown, place, xAt)}
              >
                <title>{labels[place]}</title>
              </path>
            );
          })}
          {shown.map((dimension, index) => (
            <Axis
              key={dimension.field}
              dimension={dimension}
              x={xAt(index)}
              range={ranges.get(dimension.field)}
              onRange={(range) => {
                const next = new Map(ranges);
                if (range) next.set(dimension.field, range);
                else next.delete(dimension.field);
                setRanges(next);
              }}
            />
          ))}
        </svg>
      </div>
      <ul className={styles.legend} aria-label="Runs within the ranges">
        {told.runs.map(
          (run, place) =>
            !isOut(place) && (
              <li key={run.id}>
                <RunSwatch place={place} /> {labels[place]}
              </li>
            ),
        )}
      </ul>
    </div>
  );
}

function yOf(value: number, [low, high]: readonly [number, number]): number {
  return HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
}

/** The line of a run: it is broken at axes where the run has no value. */
function lineOf(shown: readonly Dimension[], place: number, xAt: (index: number) => number): string {
  let pen = "M";
  return shown
    .map((dimension, index) => {
      const extent = extentOf(dimension);
      const value = dimension.values[place];
      if (extent === null || value == null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${xAt(index).toFixed(1)} ${yOf(value, extent).toFixed(1)}`;
      pen = "L";
      return step;
    })
    .join("");
}

interface AxisProps {
  dimension: Dimension;
  x: number;
  range: readonly [number, number] | undefined;
  onRange: (range: readonly [number, number] | null) => void;
}

function Axis({ dimension, x, range, onRange }: AxisProps) {
  const [from, setFrom] = useState<number | null>(null);
  const extent = extentOf(dimension);
  if (extent === null) return null;
  const [low, high] = extent;
  const pixel = (event: PointerEvent<SVGRectElement>) =>
    event.clientY - (event.currentTarget.ownerSVGElement?.getBoundingClientRect().top ?? 0);
  const valueAt = (y: number) =>
    low +
    ((HEIGHT - BOTTOM - Math.min(HEIGHT - BOTTOM, Math.max(TOP, y))) / (HEIGHT - TOP - BOTTOM)) *
      (high - low);
  const told = (value: number) =>
    dimension.words ? (dimension.words[Math.round(value)] ?? "") : formatValue(value);
  const marks = dimension.words
    ? dimension.words.map((_, index) => index).slice(0, 8)
    : [low, (low + high) / 2, high];
  return (
    <g>
      <text x={x} y={TOP - 24} textAnchor="middle" className={styles.axisName}>
        {dimension.name.length > 18 ? `${dimension.name.slice(0, 17)}…` : dimension.name}
        <title>{dimension.name}</title>
      </text>
      <line x1={x} x2={x} y1={TOP} y2={HEIGHT - BOTTOM} className={styles.axis} />
      {marks.map((value) => (
        <text key={value} x={x + 6} y={yOf(value, extent) + 4} className={styles.mark}>
          {told(value)}
        </text>
      ))}
      {range && (
        <rect
          x={x - 6}
          width={12}
          y={yOf(range[1], extent)}
          height={Math.max(2, yOf(range[0], extent) - yOf(range[1], extent))}
          className={styles.brush}
        />
      )}
      <rect
        x={x - 14}
        width={28}
        y={TOP}
        height={HEIGHT - TOP - BOTTOM}
        className={styles.grip}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(pixel(event));
        }}
        onPointerMove={(event) => {
          if (from === null || Math.abs(pixel(event) - from) < LEAST_DRAG) return;
          const ends = [valueAt(from), valueAt(pixel(event))].sort((a, b) => a - b);
          onRange([ends[0] as number, ends[1] as number]);
        }}
        onPointerUp={(event) => {
          if (from !== null && Math.abs(pixel(event) - from) < LEAST_DRAG) onRange(null);
          setFrom(null);
        }}
      />
    </g>
  );
}
