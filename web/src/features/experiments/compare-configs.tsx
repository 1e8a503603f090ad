import { diffLines } from "diff";
import { useMemo } from "react";
import { formatInteger, NO_VALUE } from "@/lib/numbers";
import { EmptyState } from "@/ui/states";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { RunHeads } from "./compare-summary";
import { labelsOf } from "./comparison";

/** What the runs were started from: where the configs differ, and two of them line by line. */
export function CompareConfigs({ told, reference, view, onView }: ComparedProps) {
  const { texts = [], differences = [], total = 0 } = told.config ?? {};
  const labels = labelsOf(told.runs);
  const there = told.runs.flatMap((run, place) =>
    texts[place] ? [{ ...run, place, name: labels[place] ?? run.name }] : [],
  );
  if (there.length === 0)
    return (
      <EmptyState title="No configs">
        None of these runs was started from a config, or you may not read the jobs behind them. What they were
        given stands under Params.
      </EmptyState>
    );
  const left = there.find(({ place }) => place === reference) ?? there[0];
  const others = there.filter(({ place }) => place !== left?.place);
  const right = others.find(({ id }) => id === view.other) ?? others[0];
  return (
    <>
      {differences.length === 0 ? (
        <p className={styles.soft}>
          {there.length === 1 ? "Only one of these runs has a config." : "The configs are the same."}
        </p>
      ) : (
        <table className={styles.table} aria-label="Places where the configs differ">
          <RunHeads runs={told.runs} reference={reference} first="Path" />
          <tbody>
            {differences.map(({ path, values }) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code>
                </th>
                {values.map((value, place) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column is a run, and they never move
                    key={place}
                    title={value ?? undefined}
                    data-differs={value !== values[reference] || undefined}
                  >
                    {value === null ? NO_VALUE : <code>{value}</code>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {differences.length < total && (
        <p className={styles.soft}>{formatInteger(total - differences.length)} more places differ.</p>
      )}
      {left && right && (
        <section className={styles.texts} aria-label="Config diff">
          <h2>
            {left.name} →{" "}
            <select
              aria-label="Read beside it"
              value={right.id}
              onChange={(event) => onView({ other: event.target.value })}
            >
              {others.map((run) => (
                <option key={run.id} value={run.id}>
                  {run.name}
                </option>
              ))}
            </select>
          </h2>
          <TextDiff
            before={texts[left.place] ?? ""}
            after={texts[right.place] ?? ""}
            onlyDifferent={!view.all}
          />
        </section>
      )}
    </>
  );
}

/** Lines that stand around a difference, where only differences are shown. */
const CONTEXT = 2;

function TextDiff({
  before,
  after,
  onlyDifferent,
}: {
  before: string;
  after: string;
  onlyDifferent: boolean;
}) {
  const lines = useMemo(() => {
    const all = diffLines(before, after).flatMap(({ value, added, removed }) =>
      value
        .replace(/\n$/, "")
        .split("\n")
        .map((text) => ({ text, sign: added ? "+" : removed ? "−" : " " })),
    );
    const isNear = (place: number) =>
      all.slice(Math.max(0, place - CONTEXT), place + CONTEXT + 1).some(({ sign }) => sign !== " ");
    return all
      .map((line, number) => ({ ...line, number }))
      .filter(({ number }) => !onlyDifferent || isNear(number));
  }, [before, after, onlyDifferent]);
  if (lines.length === 0) return <p className={styles.soft}>Line by line they are the same.</p>;
  return (
    // It scrolls sideways, by keyboard too.
    <pre className={styles.diff} tabIndex={0}>
      {lines.map(({ text, sign, number }, place) => (
        <span
          key={number}
          className={styles.line}
          data-sign={sign}
          data-gap={(place > 0 && lines[place - 1]?.number !== number - 1) || undefined}
        >
          <span className={styles.sign}>{sign}</span>
          {text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
