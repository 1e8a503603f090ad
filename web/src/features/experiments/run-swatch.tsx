import styles from "./compare.module.css";
import { lookAt } from "./run-looks";

/** The line of a run as charts draw it: its place among those that are compared gives its look. */
export function RunSwatch({ place }: { place: number }) {
  const { color, dashed } = lookAt(place);
  return (
    <span
      className={styles.swatch}
      data-dashed={dashed || undefined}
      style={{ color: `var(--s${color})` }}
      aria-hidden="true"
    />
  );
}
