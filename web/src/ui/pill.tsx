import type { ReactNode } from "react";
import { cx } from "./class-names";
import styles from "./pill.module.css";
import { type Tone, toneOf } from "./status";

/** A state: a dot and its word, in the colour of what the word means. `why` is its reason, told on hover. */
export function StatusPill({ status, why }: { status: string; why?: string | null }) {
  const word = status.replaceAll("_", " ");
  return (
    <Pill tone={toneOf(status)} title={why ?? undefined}>
      {word.charAt(0).toUpperCase() + word.slice(1)}
    </Pill>
  );
}

export function Pill({ tone, title, children }: { tone: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={cx(styles.pill, styles[tone])} title={title}>
      <span className={styles.dot} aria-hidden="true" />
      {children}
    </span>
  );
}

/** A count beside a word. */
export function Count({ children }: { children: ReactNode }) {
  return <span className={styles.count}>{children}</span>;
}

export function Tag({ name, value }: { name: string; value?: string }) {
  return (
    <span className={styles.tag}>
      {name}
      {value !== undefined && value !== "" && <span className={styles.tagValue}>{value}</span>}
    </span>
  );
}
