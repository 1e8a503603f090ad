import type { ReactNode } from "react";
import styles from "./page.module.css";

/** A page that fills the window: its last part scrolls by itself (tables, logs). */
export function FillPage({ children }: { children: ReactNode }) {
  return <div className={styles.fill}>{children}</div>;
}

/** A page that scrolls as a whole. */
export function ScrollPage({ children }: { children: ReactNode }) {
  return <div className={styles.scroll}>{children}</div>;
}

/** Panels beside each other where there is room. */
export function PanelGrid({ children }: { children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>;
}
