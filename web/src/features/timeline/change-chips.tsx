import type { LedgerEvent } from "@/api/types";
import { sayValue, toldChanges } from "@/lib/entities";
import styles from "./timeline.module.css";

const MOST = 4;

/** What an event changed, field by field, as far as there is room. */
export function ChangeChips({ event }: { event: LedgerEvent | undefined }) {
  if (event === undefined) return null;
  if (event.changes === null) return <span className={styles.soft}>no longer kept</span>;
  // What something was made with is its state, no change.
  const isNew = event.version === 1;
  const changes = toldChanges(event.changes).filter(([, { old, new: made }]) => !isNew || made !== old);
  if (changes.length === 0) return <span className={styles.soft}>—</span>;
  const all = changes.map(([field, change]) => `${field}: ${sayChange(change, isNew, 200)}`).join("\n");
  return (
    <span className={styles.chips} title={all}>
      {changes.slice(0, MOST).map(([field, change]) => (
        <span key={field} className={styles.chip}>
          {field} <b>{sayChange(change, isNew, 24)}</b>
        </span>
      ))}
      {changes.length > MOST && <span className={styles.soft}>+{changes.length - MOST}</span>}
    </span>
  );
}

interface Change {
  old: unknown;
  new: unknown;
}

/** `1 → 2`; of something new only what it is. */
export function sayChange({ old, new: made }: Change, isNew = false, longest = 40): string {
  return isNew ? sayValue(made, longest) : `${sayValue(old, longest)} → ${sayValue(made, longest)}`;
}
