import type { ReactNode } from "react";
import styles from "./toolbar.module.css";

/** A line of controls above content; it scrolls sideways where the screen is narrow. */
export function Toolbar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="toolbar" aria-label={label} className={styles.toolbar}>
      {children}
    </div>
  );
}

/** Pushes what follows to the right end. */
export function ToolbarSpace() {
  return <span className={styles.space} />;
}
