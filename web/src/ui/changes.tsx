import styles from "./changes.module.css";
import { cx } from "./class-names";

export interface ShownChange {
  field: string;
  /** `null`: it was not there. */
  old: string | null;
  new: string | null;
}

/** What changed, as small marks: `replicas 1 → 2`; with `wraps` over several lines. The title has them all. */
export function Changes({ changes, wraps }: { changes: readonly ShownChange[]; wraps?: boolean }) {
  const words = changes.map((change) => `${change.field} ${change.old ?? "—"} → ${change.new ?? "—"}`);
  return (
    <span className={cx(styles.line, wraps && styles.wraps)} title={words.join("\n")}>
      {changes.map((change) => (
        <span key={change.field} className={styles.chip}>
          <span className={styles.field}>{change.field}</span>
          {change.old !== null && <del className={styles.old}>{change.old || "“”"}</del>}
          {change.old !== null && change.new !== null && <span aria-hidden="true">→</span>}
          {change.new !== null && <ins className={styles.new}>{change.new || "“”"}</ins>}
        </span>
      ))}
    </span>
  );
}
