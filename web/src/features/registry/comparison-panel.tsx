import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import type { VersionComparison } from "@/api/types";
import { formatMeasured, NO_VALUE, plural } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { IconButton } from "@/ui/button";
import { StatusPill } from "@/ui/pill";
import { Loaded, Skeleton } from "@/ui/states";
import { comparisonQuery, type ModelKey } from "./api";
import { verdictOf } from "./evaluation";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";

interface Props {
  modelKey: ModelKey;
  numbers: readonly number[];
  onClose: () => void;
}

/** Versions beside each other: what differs of their runs, evaluations, signatures and files. */
export function ComparisonPanel({ modelKey, numbers, onClose }: Props) {
  const [onlyDifferent, setOnlyDifferent] = useState(true);
  const comparison = useQuery(comparisonQuery(modelKey, numbers));
  return (
    <section className={styles.comparison} aria-label="Compare versions">
      <div className={styles.head}>
        <h2>Compare versions</h2>
        <label className={styles.toggle}>
          <input
            type="checkbox"
            checked={onlyDifferent}
            onChange={(event) => setOnlyDifferent(event.target.checked)}
          />
          Only differences
        </label>
        <IconButton size="small" label="Close the comparison" onClick={onClose}>
          <IconX />
        </IconButton>
      </div>
      <Loaded query={comparison} what="The comparison" skeleton={<Skeleton rows={5} />}>
        {(found) => <Comparison found={found} onlyDifferent={onlyDifferent} />}
      </Loaded>
    </section>
  );
}

interface Row {
  key: string;
  differs: boolean;
  cells: string[];
  /** The best of them, where more or less is better. */
  best?: number | undefined;
}

function Comparison({ found, onlyDifferent }: { found: VersionComparison; onlyDifferent: boolean }) {
  const parts: [string, string, Row[]][] = [
    ["Evaluation", "quantity", found.evaluation.map(measuredRow)],
    ["Metrics of the source runs", "metric", found.metrics.map(measuredRow)],
    [
      "Params of the source runs",
      "param",
      found.params.map(({ key, values, differs }) => ({ key, differs, cells: values.map(say) })),
    ],
    [
      "Signature",
      "column",
      found.signature.map(({ part, name, types, differs }) => ({
        key: `${part} ${name}`,
        differs,
        cells: types.map((type) => type ?? NO_VALUE),
      })),
    ],
    [
      "Files",
      "file",
      found.artifacts.map(({ path, sha256, size_bytes, differs }) => ({
        key: path,
        differs,
        cells: sha256.map((digest, index) =>
          digest === null ? NO_VALUE : `${digest.slice(0, 8)} · ${formatBytes(size_bytes[index])}`,
        ),
      })),
    ],
  ];
  return (
    // It scrolls, by keyboard too.
    <div className={styles.scroller} tabIndex={0} role="group" aria-label="Versions beside each other">
      <table className={styles.compared}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            {found.versions.map(({ id, model_id, number }) => (
              <th key={id} scope="col">
                <VersionLink modelId={model_id} number={number} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Stage</th>
            {found.versions.map(({ id, stage }) => (
              <td key={id}>
                <StatusPill status={stage} />
              </td>
            ))}
          </tr>
          {parts.map(([title, noun, rows]) => (
            <Part key={title} {...{ title, noun, rows, onlyDifferent }} columns={found.versions.length} />
          ))}
        </tbody>
      </table>
      <Unread found={found} />
    </div>
  );
}

function Part({
  title,
  noun,
  rows,
  onlyDifferent,
  columns,
}: {
  title: string;
  noun: string;
  rows: readonly Row[];
  onlyDifferent: boolean;
  columns: number;
}) {
  const shown = onlyDifferent ? rows.filter(({ differs }) => differs) : rows;
  const alike = rows.length - shown.length;
  if (rows.length === 0) return null;
  return (
    <Fragment>
      <tr className={styles.part}>
        <th scope="rowgroup" colSpan={columns + 1}>
          {title}
          {alike > 0 && <span className={styles.soft}> · {plural(alike, noun)} alike</span>}
        </th>
      </tr>
      {shown.map(({ key, cells, differs, best }) => (
        <tr key={key} data-differs={differs || undefined}>
          <th scope="row">{key}</th>
          {cells.map((cell, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
            <td key={index} data-best={best === index || undefined}>
              {cell}
              {best === index && <span className="sr-only"> (best)</span>}
            </td>
          ))}
        </tr>
      ))}
    </Fragment>
  );
}

function Unread({ found }: { found: VersionComparison }) {
  const said = [
    ...found.unread_runs.map((number) => `The run of v${number} is not known or not yours to see.`),
    ...found.unread_files.map(
      (number) => `The files of v${number} lie in a storage that this server cannot read.`,
    ),
    ...found.truncated.map((name) => `More ${name} than are shown.`),
  ];
  return said.length === 0 ? null : <p className={styles.unread}>{said.join(" ")}</p>;
}

/** A row of measured values, the best of them marked where they differ. */
function measuredRow({ key, values, differs }: { key: string; values: unknown[]; differs: boolean }): Row {
  const numbers = values.map((value) => (typeof value === "number" ? value : null));
  let best: number | undefined;
  if (differs)
    for (const [index, value] of numbers.entries()) {
      const leading = best === undefined ? null : (numbers[best] ?? null);
      if (value !== null && (leading === null || verdictOf(key, value, leading) === "better")) best = index;
    }
  return { key, differs, best, cells: values.map(say) };
}

function say(value: unknown): string {
  if (value === null || value === undefined) return NO_VALUE;
  if (typeof value === "number") return formatMeasured(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
