import { Link } from "@tanstack/react-router";
import type { RunSummary } from "@/api/types";
import { formatInteger, formatMeasured, fromWire, NO_VALUE, plural } from "@/lib/numbers";
import { StatusPill } from "@/ui/pill";
import { EmptyState } from "@/ui/states";
import { Elapsed, RelativeTime } from "@/ui/time";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { bestOf, type ComparedMetric, directionOf, labelsOf } from "./comparison";
import { RunSwatch } from "./run-swatch";

/** Metrics of each run, how far they are from the reference, and which is best. */
export function CompareSummary({ told, reference, view }: ComparedProps) {
  const metrics = told.metrics?.items ?? [];
  const shown = view.all ? metrics : metrics.filter(({ differs }) => differs);
  const hidden = (told.metrics?.total ?? 0) - metrics.length;
  return (
    <>
      <table className={styles.table} aria-label="Metrics of the runs">
        <RunHeads runs={told.runs} reference={reference} first="Metric" />
        <tbody>
          <Fact name="Status" of={told.runs} cell={(run) => <StatusPill status={run.status} />} />
          <Fact name="Started" of={told.runs} cell={(run) => <RelativeTime time={run.started_at} />} />
          <Fact
            name="Duration"
            of={told.runs}
            cell={(run) => <Elapsed start={run.started_at} end={run.ended_at} />}
          />
          {shown.map((metric) => (
            <MetricRow key={metric.name} metric={metric} reference={reference} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && (
        <EmptyState title={metrics.length === 0 ? "No metrics" : "No metric differs"}>
          {metrics.length === 0
            ? "None of these runs logged one."
            : `${plural(metrics.length, "metric")} are the same in all runs.`}
        </EmptyState>
      )}
      {hidden > 0 && <p className={styles.soft}>{formatInteger(hidden)} more metrics are not shown.</p>}
    </>
  );
}

/** The head of a table with a column for each run. */
export function RunHeads({
  runs,
  reference,
  first,
}: {
  runs: readonly RunSummary[];
  reference: number | null;
  first: string;
}) {
  const labels = labelsOf(runs);
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {runs.map((run, place) => (
          <th key={run.id} scope="col">
            <RunSwatch place={place} />{" "}
            <Link to="/runs/$id/overview" params={{ id: run.id }}>
              {labels[place]}
            </Link>
            {place === reference && <span className={styles.soft}> reference</span>}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface FactProps {
  name: string;
  of: readonly RunSummary[];
  cell: (run: RunSummary) => React.ReactNode;
}

function Fact({ name, of, cell }: FactProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {of.map((run) => (
        <td key={run.id}>{cell(run)}</td>
      ))}
    </tr>
  );
}

function MetricRow({ metric, reference }: { metric: ComparedMetric; reference: number }) {
  const best = bestOf(metric);
  const direction = directionOf(metric.name);
  return (
    <tr>
      <th scope="row">
        {metric.name}
        {direction !== 0 && (
          <span className={styles.soft} title={direction > 0 ? "Higher is better" : "Lower is better"}>
            {direction > 0 ? " ↑" : " ↓"}
          </span>
        )}
      </th>
      {metric.values.map((value, place) => {
        const delta = fromWire(metric.deltas[place]);
        const better = delta === null ? 0 : Math.sign(delta) * direction;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is a run, and they never move
          <td key={place} data-best={best.has(place) || undefined}>
            {value === null ? NO_VALUE : formatMeasured(fromWire(value))}
            {best.has(place) && <span className="sr-only"> best</span>}
            {place !== reference && delta !== null && delta !== 0 && (
              <span className={styles.delta} data-tone={better > 0 ? "ok" : better < 0 ? "err" : undefined}>
                {delta > 0 ? "+" : "−"}
                {formatMeasured(Math.abs(delta))}
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}
