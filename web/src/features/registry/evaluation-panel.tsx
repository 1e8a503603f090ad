import { useQuery } from "@tanstack/react-query";
import type { VersionDetail } from "@/api/types";
import { formatInteger, formatMeasured, NO_VALUE, plural } from "@/lib/numbers";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { type VersionKey, versionQuery } from "./api";
import { Delta } from "./delta";
import { differenceInterval, type Measure, measuresOf, ROWS, rowsOf } from "./evaluation";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";

interface Props {
  version: VersionDetail;
  /** The version that is in production, if there is one. */
  production: number | undefined;
  versionKey: VersionKey;
}

/** How a version was measured, against the one in production. */
export function EvaluationPanel({ version, production, versionKey }: Props) {
  const compares = production !== undefined && production !== version.number;
  const other = useQuery({
    ...versionQuery({ ...versionKey, number: production ?? version.number }),
    enabled: compares,
  });
  const measures = measuresOf(version.evaluation).filter(({ name }) => name !== ROWS);
  const rows = rowsOf(version.evaluation);
  return (
    <Panel
      title={compares ? "Evaluation against production" : "Evaluation"}
      count={measures.length === 0 ? undefined : formatInteger(measures.length)}
      actions={rows !== null && <span className={styles.soft}>on {plural(rows, "row")}</span>}
    >
      {measures.length === 0 ? (
        <p className={styles.soft}>
          Nobody has said how it was measured. An evaluation is set when a version is registered, or later by{" "}
          <code>PATCH …/versions/{version.number}</code>.
        </p>
      ) : compares ? (
        <Loaded query={other} what="The production version" skeleton={<Skeleton rows={3} />}>
          {(data) => <Measures version={version} measures={measures} against={data} />}
        </Loaded>
      ) : (
        <Measures version={version} measures={measures} />
      )}
    </Panel>
  );
}

function Measures({
  version,
  measures,
  against,
}: {
  version: VersionDetail;
  measures: readonly Measure[];
  against?: VersionDetail;
}) {
  const other = new Map(measuresOf(against?.evaluation ?? null).map(({ name, value }) => [name, value]));
  return (
    // It scrolls where the screen is narrow, by keyboard too.
    <div className={styles.sideways} tabIndex={0} role="group" aria-label="Measures">
      <table className={styles.measures}>
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col">v{version.number}</th>
            {against && (
              <>
                <th scope="col">
                  <VersionLink modelId={version.model_id} number={against.number} />
                </th>
                <th scope="col">Δ</th>
                <th scope="col">95 % interval</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {measures.map(({ name, value }) => {
            const was = other.get(name);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{formatMeasured(value)}</td>
                {against && (
                  <>
                    <td>{was === undefined ? NO_VALUE : formatMeasured(was)}</td>
                    <td>
                      {was === undefined ? NO_VALUE : <Delta name={name} value={value} against={was} />}
                    </td>
                    <td>
                      <IntervalOf name={name} value={value} was={was} version={version} against={against} />
                    </td>
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {against && rowsOf(version.evaluation) === null && (
        <p className={styles.hint}>
          An interval needs to know on how many rows a share was measured: say it as <code>rows</code> in the
          evaluation.
        </p>
      )}
    </div>
  );
}

/**
 * Shares of all rows only: an accuracy has an interval, a latency has none that we could know, and what was measured on a
 * part of the rows (`recall.refunds`) comes from fewer than the evaluation says.
 */
const SHARES = /^(\w+_)?(accuracy|acc|robustness|error_rate)$/i;

function IntervalOf({
  name,
  value,
  was,
  version,
  against,
}: {
  name: string;
  value: number;
  was: number | undefined;
  version: VersionDetail;
  against: VersionDetail;
}) {
  const rows = rowsOf(version.evaluation);
  const otherRows = rowsOf(against.evaluation);
  if (was === undefined || rows === null || otherRows === null || !SHARES.test(name)) return NO_VALUE;
  const found = differenceInterval(value, rows, was, otherRows);
  if (found === null) return NO_VALUE;
  const isUnsure = found.low <= 0 && found.high >= 0;
  return (
    <span title={`Newcombe's interval, ${formatInteger(rows)} and ${formatInteger(otherRows)} rows`}>
      {signed(found.low)} … {signed(found.high)}
      {isUnsure && <span className={styles.soft}> may be chance</span>}
    </span>
  );
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${formatMeasured(Math.abs(value), 2)}`;
}
