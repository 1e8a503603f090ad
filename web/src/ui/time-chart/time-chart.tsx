import { IconTable, IconZoomReset } from "@tabler/icons-react";
import { type ReactNode, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { formatValue } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { IconButton } from "../button";
import { scheme, zone } from "../preferences";
import { describeChart, formatX } from "./describe";
import type { ChartSeries, Range, XAxis } from "./model";
import type { Plot } from "./plot";
import styles from "./time-chart.module.css";

export interface TimeChartProps {
  title: string;
  unit?: string;
  series: readonly ChartSeries[];
  axis: XAxis;
  range: Range;
  onRange: (range: Range) => void;
  smoothing?: number;
  logarithmic?: boolean;
  /** Charts with the same key share the pointer's place. */
  syncKey: string;
  height?: number;
  /** What must be known to read it: how much was put together. */
  note?: string;
  /** Buttons of the page beside the chart's own. */
  actions?: ReactNode;
}

const NO_SMOOTHING = 0;

/** Series over steps or time: the mean as a line over a faint band from lowest to highest. */
export function TimeChart({
  title,
  unit,
  series,
  axis,
  range,
  onRange,
  smoothing = NO_SMOOTHING,
  logarithmic = false,
  syncKey,
  height = 180,
  note,
  actions,
}: TimeChartProps) {
  const [asTable, setAsTable] = useState(false);
  const where = useStore(zone);
  const values = useRef<(HTMLElement | null)[]>([]);
  const place = useRef<HTMLElement>(null);
  const revision = useRevision(series);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sentence follows the data, which changes in place
  const sentence = useMemo(
    () => describeChart(title, series, axis, where),
    [title, series, axis, where, revision],
  );

  // The values beside the names follow the pointer without drawing the component again.
  const showValues = (x: number | null) => {
    for (const [index, one] of series.entries()) {
      const at = x === null ? one.data.length - 1 : one.data.nearest(x);
      const target = values.current[index];
      if (target) target.textContent = at < 0 ? "—" : formatValue(one.data.cellAt(at).mean);
    }
    if (place.current) place.current.textContent = x === null ? "" : formatX(x, axis, where);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: new data shows its last values
  useEffect(() => showValues(null), [series, revision, axis]);

  return (
    <figure className={styles.chart} aria-label={title}>
      <figcaption className={styles.head}>
        <h3 className={styles.title} title={title}>
          {title} {unit && <span className={styles.unit}>{unit}</span>}
        </h3>
        <span ref={place} className={styles.place} aria-hidden="true" />
        {range && (
          <IconButton size="small" label="Show the whole range" onClick={() => onRange(null)}>
            <IconZoomReset />
          </IconButton>
        )}
        {actions}
        <IconButton
          size="small"
          label={asTable ? `Show ${title} as a chart` : `View ${title} as table`}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          <IconTable />
        </IconButton>
      </figcaption>
      <ul className={styles.legend}>
        {series.map((one, index) => (
          <li key={one.name}>
            <span
              className={styles.swatch}
              data-dashed={one.dashed || undefined}
              style={{ color: `var(--s${one.color})` }}
              aria-hidden="true"
            />
            {series.length > 1 && one.name}
            <code
              ref={(element) => {
                values.current[index] = element;
              }}
              className={styles.value}
            />
          </li>
        ))}
        {note && <li className={styles.note}>{note}</li>}
      </ul>
      {asTable ? (
        <ChartTable title={title} series={series} axis={axis} range={range} height={height} />
      ) : (
        <Canvas
          {...{ series, axis, range, onRange, smoothing, logarithmic, syncKey, height, sentence }}
          onCursor={showValues}
        />
      )}
    </figure>
  );
}

interface CanvasProps extends Required<Omit<TimeChartProps, "title" | "unit" | "note" | "actions">> {
  sentence: string;
  onCursor: (x: number | null) => void;
}

function Canvas({
  series,
  axis,
  range,
  onRange,
  smoothing,
  logarithmic,
  syncKey,
  height,
  sentence,
  onCursor,
}: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const colors = useStore(scheme);
  const where = useStore(zone);
  const view = useMemo(
    () => ({ axis, range, smoothing, logarithmic, zone: where }),
    [axis, range, smoothing, logarithmic, where],
  );
  const latest = useRef({ view, onRange, onCursor });
  useEffect(() => {
    latest.current = { view, onRange, onCursor };
    plot.current?.setView(view);
  }, [view, onRange, onCursor]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a logarithmic axis needs a plot of its own
  useEffect(() => {
    const host = element.current;
    if (!host) return;
    let gone = false;
    const observer = new ResizeObserver(() => plot.current?.resize(host.clientWidth, host.clientHeight));
    void import("./plot").then(({ Plot: PlotClass }) => {
      if (gone) return;
      plot.current = new PlotClass(
        host,
        series,
        latest.current.view,
        {
          onRange: (next) => latest.current.onRange(next),
          onCursor: (x) => latest.current.onCursor(x),
        },
        syncKey,
      );
      observer.observe(host);
    });
    return () => {
      gone = true;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [series, syncKey, logarithmic]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the style sheet while drawing
  useEffect(() => plot.current?.redraw(), [colors]);

  return <div ref={element} role="img" aria-label={sentence} className={styles.canvas} style={{ height }} />;
}

const TABLE_ROWS = 500;

function ChartTable({
  title,
  series,
  axis,
  range,
  height,
}: Pick<TimeChartProps, "title" | "series" | "axis" | "range"> & { height: number }) {
  const where = useStore(zone);
  const rows = series.flatMap((one) => {
    const from = range ? one.data.lowerBound(range[0]) : 0;
    const to = range ? one.data.upperBound(range[1]) : one.data.length;
    const shown = Math.max(from, to - TABLE_ROWS);
    return Array.from({ length: to - shown }, (_, offset) => ({ one, index: to - 1 - offset }));
  });
  return (
    // It scrolls, by keyboard too.
    <div
      className={styles.table}
      style={{ height }}
      tabIndex={0}
      role="region"
      aria-label={`${title}, last ${TABLE_ROWS} points at most`}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{axis === "step" ? "Step" : "Time"}</th>
            {series.length > 1 && <th scope="col">Series</th>}
            <th scope="col">Mean</th>
            <th scope="col">Lowest</th>
            <th scope="col">Highest</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ one, index }) => {
            const cell = one.data.cellAt(index);
            return (
              <tr key={`${one.name} ${index}`}>
                <td>{formatX(cell.x, axis, where)}</td>
                {series.length > 1 && <td>{one.name}</td>}
                <td>{formatValue(cell.mean)}</td>
                <td>{formatValue(cell.min)}</td>
                <td>{formatValue(cell.max)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Counts the changes of the series, at most one a second: words need not follow each frame. */
function useRevision(series: readonly ChartSeries[]): number {
  const [revision, bump] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        bump();
      }, 1000);
    };
    const stops = series.map((one) => one.subscribe(later));
    return () => {
      for (const stop of stops) stop();
      clearTimeout(timer);
    };
  }, [series]);
  return revision;
}
