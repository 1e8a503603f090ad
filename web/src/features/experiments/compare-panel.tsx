import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAsOf } from "@/api/as-of";
import type { RunComparison } from "@/api/types";
import { formatMeasured, fromWire, NO_VALUE, plural } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import { StatusPill } from "@/ui/pill";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { Elapsed } from "@/ui/time";
import { comparisonQuery } from "./api";
import styles from "./compare-panel.module.css";
import { RunSwatch } from "./run-swatch";
import { MOST_COMPARED } from "./selection-bar";

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
  const shown = runs.slice(0, MOST);
  const answer = useQuery(comparisonQuery({ runs: shown, include: ["params", "metrics"] }, useAsOf()));
  return (
    <section className={styles.panel} aria-label="Compare runs">
      <div className={styles.head}>
        <h2>Compare runs</h2>
        {runs.length > MOST && <span className={styles.soft}>the first {MOST}</span>}
        {runs.length <= MOST_COMPARED && (
          <Link to="/compare" search={{ runs: [...runs] }}>
            Curves, configs and more
          </Link>
        )}
        <span className={styles.space} />
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
      {answer.error && !answer.data ? (
        <ErrorState what="The chosen runs" error={answer.error} onRetry={() => answer.refetch()} />
      ) : !answer.data ? (
        <Late>
          <Skeleton rows={3} />
        </Late>
      ) : (
        <Comparison told={answer.data} onlyDifferent={onlyDifferent} />
      )}
    </section>
  );
}

function Comparison({ told, onlyDifferent }: { told: RunComparison; onlyDifferent: boolean }) {
  const { runs, params, metrics } = told;
  const given = (params?.items ?? []).map(({ key, values, differs }) => ({
    ...{ name: key, differs },
    values: values.map((value) => value ?? NO_VALUE),
  }));
  const measured = (metrics?.items ?? []).map(({ name, values, differs }) => ({
    ...{ name, differs },
    values: values.map((value) => formatMeasured(fromWire(value))),
  }));
  const alike = (params?.total ?? 0) - (params?.differing ?? 0);
  const shown = (rows: readonly Row[]) => (onlyDifferent ? rows.filter(({ differs }) => differs) : rows);
  return (
    // It scrolls, by keyboard too.
    <div className={styles.scroller} tabIndex={0} role="group" aria-label="Runs beside each other">
      <table className={styles.table} aria-label="Config diff">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {runs.map((run, place) => (
              <th key={run.id} scope="col">
                <RunSwatch place={place} />{" "}
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
          <Rows title="Params" rows={shown(given)} />
          {onlyDifferent && alike > 0 && (
            <tr>
              <th scope="row" className={styles.soft}>
                {plural(alike, "param")} alike
              </th>
              <td colSpan={runs.length} />
            </tr>
          )}
          <Rows title="Metrics" rows={measured} />
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
