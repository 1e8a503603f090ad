import { useRef } from "react";
import { formatValue } from "@/lib/numbers";
import { EmptyState } from "@/ui/states";
import { Toolbar } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { useWidth } from "@/ui/use-width";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { type Dimension, dimensionsOf, extentOf, labelsOf } from "./comparison";
import { lookAt } from "./run-looks";
import { RunSwatch } from "./run-swatch";

const HEIGHT = 360;
const [LEFT, RIGHT, TOP, BOTTOM] = [72, 24, 16, 40];
/** Points keep so far from the edges. */
const INSET = 14;
const MARKS = 4;

/** Every run as a point over two params or metrics. */
export function ScatterPlot({ told, view, onView }: ComparedProps) {
  const open = useOpen();
  const holder = useRef<HTMLDivElement>(null);
  const width = Math.max(360, useWidth(holder));
  const all = dimensionsOf(told);
  const labels = labelsOf(told.runs);
  const metrics = all.filter(({ field }) => field.startsWith("metrics."));
  const params = all.filter(({ field }) => field.startsWith("params."));
  const x = all.find(({ field }) => field === view.sx) ?? params[0] ?? metrics[0];
  const y = all.find(({ field }) => field === view.sy) ?? metrics.find((one) => one !== x) ?? all[1];
  if (!x || !y)
    return (
      <EmptyState title="Nothing to draw">
        It takes a metric and a param that differs, or two metrics.
      </EmptyState>
    );
  const [across, up] = [extentOf(x), extentOf(y)];
  const xAt = (value: number) => LEFT + INSET + share(value, across) * (width - LEFT - RIGHT - 2 * INSET);
  const yAt = (value: number) =>
    HEIGHT - BOTTOM - INSET - share(value, up) * (HEIGHT - TOP - BOTTOM - 2 * INSET);
  const points = told.runs.flatMap((run, place) => {
    const [here, there] = [x.values[place], y.values[place]];
    return here == null || there == null ? [] : [{ run, place, x: here, y: there }];
  });
  return (
    <div ref={holder}>
      <Toolbar label="Axes">
        <AxisSelect label="Across" all={all} value={x} onChange={(sx) => onView({ sx })} />
        <AxisSelect label="Up" all={all} value={y} onChange={(sy) => onView({ sy })} />
      </Toolbar>
      <svg
        className={styles.plot}
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${y.name} over ${x.name} of ${points.length} runs. The table below holds the values.`}
      >
        {marksOf(x).map((value) => (
          <g key={value}>
            <line x1={xAt(value)} x2={xAt(value)} y1={TOP} y2={HEIGHT - BOTTOM} className={styles.gridLine} />
            <text x={xAt(value)} y={HEIGHT - BOTTOM + 16} textAnchor="middle" className={styles.mark}>
              {wordOf(x, value)}
            </text>
          </g>
        ))}
        {marksOf(y).map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={width - RIGHT} y1={yAt(value)} y2={yAt(value)} className={styles.gridLine} />
            <text x={LEFT - 8} y={yAt(value) + 4} textAnchor="end" className={styles.mark}>
              {wordOf(y, value)}
            </text>
          </g>
        ))}
        <text x={(LEFT + width - RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle" className={styles.axisName}>
          {x.name}
        </text>
        {points.map(({ run, place, ...at }) => {
          const { color, dashed } = lookAt(place);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the table below has a link for each run
            <circle
              key={run.id}
              className={styles.point}
              data-dashed={dashed || undefined}
              style={{ color: `var(--s${color})` }}
              cx={xAt(at.x)}
              cy={yAt(at.y)}
              r={6}
              onClick={(event) =>
                open({ to: "/runs/$id/overview", params: { id: run.id } }, event.ctrlKey || event.metaKey)
              }
            >
              <title>{`${labels[place]}: ${x.name} ${wordOf(x, at.x)}, ${y.name} ${wordOf(y, at.y)}`}</title>
            </circle>
          );
        })}
      </svg>
      <table className={styles.table} aria-label={`${y.name} over ${x.name}`}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">{x.name}</th>
            <th scope="col">{y.name}</th>
          </tr>
        </thead>
        <tbody>
          {told.runs.map((run, place) => (
            <tr key={run.id}>
              <th scope="row">
                <RunSwatch place={place} /> {labels[place]}
              </th>
              <td>{wordOf(x, x.values[place] ?? null)}</td>
              <td>{wordOf(y, y.values[place] ?? null)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function share(value: number, extent: readonly [number, number] | null): number {
  return extent === null ? 0.5 : (value - extent[0]) / (extent[1] - extent[0]);
}

function marksOf(dimension: Dimension): number[] {
  const extent = extentOf(dimension);
  if (extent === null) return [];
  if (dimension.words) return dimension.words.map((_, index) => index).slice(0, 12);
  return Array.from(
    { length: MARKS + 1 },
    (_, index) => extent[0] + ((extent[1] - extent[0]) * index) / MARKS,
  );
}

function wordOf({ words }: Dimension, value: number | null): string {
  if (value === null || words === null) return formatValue(value);
  return words[value] ?? "";
}

interface SelectProps {
  label: string;
  all: readonly Dimension[];
  value: Dimension;
  onChange: (field: string) => void;
}

function AxisSelect({ label, all, value, onChange }: SelectProps) {
  return (
    <label className={styles.reference}>
      {label}
      <select value={value.field} onChange={(event) => onChange(event.target.value)}>
        {all.map(({ field }) => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </select>
    </label>
  );
}
