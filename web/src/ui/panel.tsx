import type { ReactNode } from "react";
import { cx } from "./class-names";
import styles from "./panel.module.css";
import { Count } from "./pill";

interface PanelProps {
  title: string;
  count?: ReactNode;
  actions?: ReactNode;
  /** Content reaches the borders (tables). */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, count, actions, flush, className, children }: PanelProps) {
  return (
    <section className={cx(styles.panel, className)} aria-label={title}>
      <div className={styles.head}>
        <h2>
          {title} {count !== undefined && <Count>{count}</Count>}
        </h2>
        {actions}
      </div>
      <div className={cx(!flush && styles.body)}>{children}</div>
    </section>
  );
}

/** Names and their values, on one line each. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {items.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
