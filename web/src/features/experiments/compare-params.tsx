import { formatInteger, NO_VALUE, plural } from "@/lib/numbers";
import { EmptyState } from "@/ui/states";
import styles from "./compare.module.css";
import type { ComparedProps } from "./compare-page";
import { RunHeads } from "./compare-summary";

/** Params of each run; those that differ from the reference's are marked. */
export function CompareParams({ told, reference, view }: ComparedProps) {
  const { items = [], total = 0, differing = 0 } = told.params ?? {};
  const shown = view.all ? items : items.filter(({ differs }) => differs);
  if (shown.length === 0)
    return (
      <EmptyState title={total === 0 ? "No params" : "No param differs"}>
        {total === 0
          ? "None of these runs was given one."
          : `${plural(total, "param")} are the same in all runs.`}
      </EmptyState>
    );
  return (
    <>
      <table className={styles.table} aria-label="Params of the runs">
        <RunHeads runs={told.runs} reference={reference} first="Param" />
        <tbody>
          {shown.map(({ key, values }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              {values.map((value, place) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is a run, and they never move
                  key={place}
                  title={value ?? undefined}
                  data-differs={value !== values[reference] || undefined}
                >
                  {value ?? NO_VALUE}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!view.all && total > differing && (
        <p className={styles.soft}>{plural(total - differing, "param")} alike.</p>
      )}
      {items.length < total && (
        <p className={styles.soft}>{formatInteger(total - items.length)} more params are not shown.</p>
      )}
    </>
  );
}
