import styles from "./sparkline.module.css";

interface Props {
  values: readonly number[];
  /** Which of the eight series colours, from 1. */
  color?: number;
}

const WIDTH = 96;
const HEIGHT = 22;
const MARGIN = 2;

/** The course of values, as small as a word. It says nothing that the numbers beside it do not. */
export function Sparkline({ values, color = 1 }: Props) {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return <span className={styles.spark} aria-hidden="true" />;
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const x = (index: number) => (index / (finite.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - MARGIN - ((value - low) / span) * (HEIGHT - 2 * MARGIN);
  const line = finite.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      style={{ color: `var(--s${color})` }}
      aria-hidden="true"
    >
      <path className={styles.area} d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}z`} />
      <path className={styles.line} d={`M${line}`} />
    </svg>
  );
}
