import styles from "./spark-bars.module.css";
import { toneOf } from "./status";

/** How many there are of each state, as one bar with its words in the name. */
export function StatusBar({ counts, label }: { counts: Record<string, number>; label: string }) {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const words = entries.map(([status, count]) => `${count} ${status}`).join(", ");
  return (
    <span className={styles.line}>
      <span
        className={styles.bar}
        role="img"
        aria-label={`${label}: ${words || "none"}`}
        title={words || "none"}
      >
        {entries.map(([status, count]) => (
          <span key={status} className={styles[toneOf(status)]} style={{ flexGrow: count }} />
        ))}
      </span>
      <span className={styles.total}>{total}</span>
    </span>
  );
}
