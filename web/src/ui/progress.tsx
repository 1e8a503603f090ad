import { formatInteger } from "@/lib/numbers";
import styles from "./progress.module.css";

interface Props {
  /** What is going on: "Reading fleet.csv". */
  label: string;
  done: number;
  /** `null`: not known. */
  total: number | null;
  unit: string;
}

/** How far something long has come. */
export function Progress({ label, done, total, unit }: Props) {
  const amount = total === null ? formatInteger(done) : `${formatInteger(done)} of ${formatInteger(total)}`;
  return (
    <div className={styles.progress}>
      <div className={styles.words}>
        <span>{label}</span>
        <span>
          {amount} {unit}
        </span>
      </div>
      <progress aria-label={label} max={total ?? 1} value={total === null ? undefined : done} />
    </div>
  );
}
