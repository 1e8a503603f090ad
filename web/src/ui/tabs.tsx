import { Link, type LinkProps } from "@tanstack/react-router";
import type { KeyboardEvent, ReactNode } from "react";
import { Count } from "./pill";
import styles from "./tabs.module.css";

export interface TabItem {
  label: string;
  count?: ReactNode;
  link: LinkProps;
}

interface Props {
  label: string;
  tabs: readonly TabItem[];
  /** Label of the tab that is shown. */
  current: string;
}

export const TAB_PANEL_ID = "tab-panel";

/** Tabs whose panels are pages of their own: each is a link, the arrow keys move between them. */
export function Tabs({ label, tabs, current }: Props) {
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
    const from = all.indexOf(document.activeElement as HTMLElement);
    if (!step || from < 0) return;
    event.preventDefault();
    all[(from + step + all.length) % all.length]?.focus();
  };
  return (
    <div role="tablist" aria-label={label} className={styles.tabs} onKeyDown={move} tabIndex={-1}>
      {tabs.map((tab) => {
        const selected = tab.label === current;
        return (
          <Link
            key={tab.label}
            {...tab.link}
            role="tab"
            aria-selected={selected}
            aria-description={tab.count === undefined ? undefined : String(tab.count)}
            aria-controls={selected ? TAB_PANEL_ID : undefined}
            tabIndex={selected ? 0 : -1}
            className={styles.tab}
            activeProps={{}}
          >
            {tab.label}
            {/* The name of a tab is its word; how much is in it is said beside it. */}
            {tab.count !== undefined && (
              <span aria-hidden="true">
                <Count>{tab.count}</Count>
              </span>
            )}
          </Link>
        );
      })}
    </div>
  );
}

/** The content of the tab that is shown. */
export function TabPanel({
  label,
  children,
  className,
}: {
  label: string;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div id={TAB_PANEL_ID} role="tabpanel" aria-label={label} className={className}>
      {children}
    </div>
  );
}
