import { Tooltip as MantineTooltip } from "@mantine/core";
import type { ReactElement } from "react";
import { Keys } from "./keys";
import styles from "./tooltip.module.css";

interface Props {
  label: string;
  /** Keys that do the same. */
  keys?: string;
  children: ReactElement;
}

/** Names a control on hover and focus. Never the only place where something stands. */
export function Tooltip({ label, keys, children }: Props) {
  return (
    <MantineTooltip
      label={
        <span className={styles.row}>
          {label}
          {keys && <Keys keys={keys} />}
        </span>
      }
      classNames={{ tooltip: styles.tooltip }}
      // It stays in the landmark of its control; fixed, so that nothing that scrolls cuts it off.
      withinPortal={false}
      floatingStrategy="fixed"
      openDelay={400}
      events={{ hover: true, focus: false, touch: false }}
      transitionProps={{ duration: 80 }}
    >
      {children}
    </MantineTooltip>
  );
}
