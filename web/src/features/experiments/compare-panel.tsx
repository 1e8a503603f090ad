import { IconX } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAsOf } from "@/api/as-of";
import type { Run } from "@/api/types";
import { formatMeasured, fromWire, NO_VALUE, plural } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import { StatusPill } from "@/ui/pill";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { Elapsed } from "@/ui/time";
import { comparedRunQuery } from "./api";
import styles from "./compare-panel.module.css";

interface Props {
  /** Ids of the runs. */
  runs: readonly string[];
  onClose: () => void;
}

/** Beyond this a table beside each other says nothing any more. */
const MOST = 10;

/** The runs that were chosen, beside each other: what they were given, and what came out. */
export function ComparePanel({ runs, onClose }: Props) {
  const [onlyDifferent, setOnlyDifferent] = useState(true);
  const at = useAsOf();
  const shown = runs.slice(0, MOST);
  const answers = useQueries({ queries: shown.map((id) => comparedRunQuery(id, at)) });
  const failed = answers.find(({ error, data }) => error && !data);
  const found = answers.flatMap(({ data }) => (data ? [data] : []));
  return (
    <section className={styles.panel} aria-label="Compare runs">
      <div className={styles.head}>
        <h2>Compare runs</h2>
        {runs.length > MOST && <span className={styles.soft}>the first {MOST}</span>}
        <label className={styles.toggle}>
          <input
            type="checkbox"
            checked={onlyDifferent}
            onChange={(event) => setOnlyDifferent(event.target.checked)}
          />
          Only differences
        </label>
        <IconButton size="small" label="Clear the selection" onClick={onClose}>
          <IconX />
        </IconButton>
      </div>
      {failed ? (
        <ErrorState what="A chosen run" error={failed.error} onRetry={() => failed.refetch()} />
      ) : found.length < shown.length ? (
        <Late>
          <Skeleton rows={3} />
        </Late>
      ) : (
        <Comparison runs={found} onlyDifferent={onlyDifferent} />
      )}
    </section>
  );
}

function Comparison({ runs, onlyDifferent }: { runs: readonly Run[]; onlyDifferent: boolean }) {
  const params = rowsOf(runs, (run) => run.params, onlyDifferent);
  const metrics = rowsOf(
    runs,
    (run) =>
      Object.fromEntries(
        Object.entries(run.metrics).map(([name, value]) => [name, formatMeasured(fromWire(value))]),
      ),
    false,
  );
  return (
    // It scrolls, by keyboard too.
    <div className={styles.scroller} tabIndex={0} role="group" aria-label="Runs beside each other">
      <table className={styles.table} aria-label="Config diff">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {runs.map((run) => (
              <th key={run.id} scope="col">
                <Link to="/runs/$id/overview" params={{ id: run.id }}>
                  {run.name}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Status</th>
            {runs.map((run) => (
              <td key={run.id}>
                <StatusPill status={run.status} why={run.status_reason} />
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">Duration</th>
            {runs.map((run) => (
              <td key={run.id}>
                <Elapsed start={run.started_at} end={run.ended_at} />
              </td>
            ))}
          </tr>
          <Rows title="Params" rows={params.rows} />
          {params.same > 0 && (
            <tr>
              <th scope="row" className={styles.soft}>
                {plural(params.same, "param")} alike
              </th>
              <td colSpan={runs.length} />
            </tr>
          )}
          <Rows title="Metrics" rows={metrics.rows} />
        </tbody>
      </table>
    </div>
  );
}

interface Row {
  name: string;
  values: string[];
  differs: boolean;
}

/** A row for each name that some run has; of those that are all alike only how many, if only differences count. */
function rowsOf(
  runs: readonly Run[],
  valuesOf: (run: Run) => Record<string, string>,
  onlyDifferent: boolean,
): { rows: Row[]; same: number } {
  const each = runs.map(valuesOf);
  const names = [...new Set(each.flatMap(Object.keys))].sort((a, b) => a.localeCompare(b));
  const rows = names.map((name) => {
    const values = each.map((one) => one[name] ?? NO_VALUE);
    return { name, values, differs: new Set(values).size > 1 };
  });
  const shown = onlyDifferent ? rows.filter(({ differs }) => differs) : rows;
  return { rows: shown, same: rows.length - shown.length };
}

function Rows({ title, rows }: { title: string; rows: readonly Row[] }) {
  return rows.map(({ name, values, differs }) => (
    <tr key={`${title} ${name}`} data-differs={differs || undefined}>
      <th scope="row">
        <span className="sr-only">{title}: </span>
        {name}
      </th>
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is a run, and they never move
        <td key={index} title={value}>
          {value}
        </td>
      ))}
    </tr>
  ));
}
