import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { cellOf } from "@/api/metric-cells";
import type { MetricPoint, RunComparison } from "@/api/types";
import { plural } from "@/lib/numbers";
import { parseTime } from "@/lib/time";
import { Segmented } from "@/ui/button";
import { ColumnPicker } from "@/ui/data-table/column-picker";
import { ScrollPage } from "@/ui/page";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { ChartSeries, type Range, type XAxis } from "@/ui/time-chart/model";
import { TimeChart } from "@/ui/time-chart/time-chart";
import { Toolbar } from "@/ui/toolbar";
import { comparisonQuery } from "./api";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { labelsOf } from "./comparison";
import { lookAt } from "./run-looks";

const AXES = [
  { value: "step", label: "Step" },
  { value: "time", label: "Time" },
  { value: "relative", label: "Relative" },
] as const;
/** Charts before anybody chose, and at most. */
const FIRST = 4;
const MOST = 20;
/** The server answers so many rows at most; finer than this no chart is drawn. */
const MOST_ROWS = 200_000;
const FINEST = 500;

/** Metrics of all runs over the same axis; every run has its colour. */
export function CompareCurves({ told, view, onView }: ComparedProps) {
  const [range, setRange] = useState<Range>(null);
  const names = (told.metrics?.items ?? []).map(({ name }) => name);
  const differing = (told.metrics?.items ?? []).filter(({ differs }) => differs).map(({ name }) => name);
  const shown = (view.metrics ?? (differing.length > 0 ? differing : names).slice(0, FIRST)).slice(0, MOST);
  const axis = view.x ?? "step";
  const buckets = Math.min(FINEST, Math.floor(MOST_ROWS / (told.runs.length * Math.max(1, shown.length))));
  const asked = {
    runs: told.runs.map(({ id }) => id),
    include: [],
    curves: { metrics: shown, x: axis, buckets },
  };
  const answer = useQuery({ ...comparisonQuery(asked, useAsOf()), enabled: shown.length > 0 });
  const onAxis = (x: XAxis) => {
    setRange(null);
    onView({ x });
  };
  return (
    <>
      <Toolbar label="Curves">
        <ColumnPicker
          label="Metrics"
          choices={names.map((name) => ({ id: name, header: name, group: "Metrics" }))}
          shown={shown}
          onChange={(metrics) => onView({ metrics })}
          onReset={view.metrics && (() => onView({ metrics: undefined }))}
          note={`At most ${MOST} charts.`}
        />
        <Segmented label="Horizontal axis" value={axis} options={AXES} onChange={onAxis} />
        <label className={styles.reference}>
          Smoothing
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={view.smooth ?? 0}
            onChange={(event) => onView({ smooth: Number(event.target.value) || undefined })}
          />
        </label>
        <label className={styles.toggle}>
          <input
            type="checkbox"
            checked={view.log ?? false}
            onChange={(event) => onView({ log: event.target.checked || undefined })}
          />
          Log scale
        </label>
      </Toolbar>
      <ScrollPage>
        {shown.length === 0 ? (
          <EmptyState title="No curves">
            {names.length === 0 ? "None of these runs logged a metric." : "Choose some under Metrics."}
          </EmptyState>
        ) : answer.error && !answer.data ? (
          <ErrorState what="Curves" error={answer.error} onRetry={() => answer.refetch()} />
        ) : !answer.data?.curves ? (
          <Late>
            <Skeleton rows={2} height={220} />
          </Late>
        ) : (
          <div className={styles.charts}>
            <h2 className="sr-only">Curves</h2>
            {shown.map((name) => (
              <CurveChart
                key={name}
                name={name}
                told={answer.data}
                axis={axis}
                range={range}
                onRange={setRange}
                smoothing={view.smooth ?? 0}
                logarithmic={view.log ?? false}
              />
            ))}
          </div>
        )}
      </ScrollPage>
    </>
  );
}

interface ChartProps {
  name: string;
  told: RunComparison;
  axis: XAxis;
  range: Range;
  onRange: (range: Range) => void;
  smoothing: number;
  logarithmic: boolean;
}

function CurveChart({ name, told, axis, ...look }: ChartProps) {
  const series = useMemo(() => seriesOf(told, name, axis), [told, name, axis]);
  const missing = told.runs.length - series.length;
  return (
    <TimeChart
      title={name}
      series={series}
      axis={axis}
      syncKey="compare"
      height={220}
      note={missing > 0 ? `${plural(missing, "run")} without it` : undefined}
      {...look}
    />
  );
}

/** A line for each run that has the metric, in the run's own look. */
function seriesOf(told: RunComparison, name: string, axis: XAxis): ChartSeries[] {
  const labels = labelsOf(told.runs);
  const curves = told.curves?.find((one) => one.name === name)?.series ?? [];
  return told.runs.flatMap((run, place) => {
    const own = curves.filter(({ run_id, points }) => run_id === run.id && points.length > 0);
    if (own.length === 0) return [];
    const { color, dashed } = lookAt(place);
    const line = new ChartSeries(labels[place] ?? run.name, color, dashed);
    const start = parseTime(run.started_at) ?? parseTime(run.created_at) ?? 0;
    const cells = own.flatMap(({ points }) =>
      points.map((point) => cellOf(point, placeOf(point, axis, start))),
    );
    cells.sort((a, b) => a.x - b.x);
    for (const cell of cells) line.data.appendCell(cell);
    return [line];
  });
}

function placeOf(point: MetricPoint, axis: XAxis, start: number): number {
  const time = parseTime(point.time) ?? 0;
  if (axis === "step") return point.step;
  return axis === "time" ? time / 1000 : (time - start) / 1000;
}
