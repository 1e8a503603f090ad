import { formatMeasured } from "@/lib/numbers";
import { verdictOf } from "./evaluation";
import styles from "./registry.module.css";

/** How a value stands against another one: the difference with its sign, in the colour of what it means. */
export function Delta({ name, value, against }: { name: string; value: number; against: number }) {
  const difference = value - against;
  const verdict = verdictOf(name, value, against);
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  return (
    <span
      className={styles.delta}
      data-verdict={verdict}
      title={`${verdict} than ${formatMeasured(against)}`}
    >
      {sign}
      {formatMeasured(Math.abs(difference), 2)}
      {/* The colour is not alone. */}
      <span className="sr-only"> ({verdict})</span>
    </span>
  );
}
