import type { LinkProps } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Store } from "@/lib/store";
import styles from "./page-header.module.css";

export interface Crumb {
  label: string;
  link?: LinkProps;
}

/** Where the page is, as the header's breadcrumb shows it. */
export const crumbs = new Store<readonly Crumb[]>([]);

interface Props {
  title: ReactNode;
  /** The page's name for the tab's title and the last step of the breadcrumb. */
  name: string;
  /** Pages above this one. */
  above?: readonly Crumb[];
  /** Beside the title: state, id, count. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** Name and value, on one line that scrolls sideways on a phone. */
  facts?: readonly (readonly [string, ReactNode])[];
}

const NONE: readonly Crumb[] = [];

export function PageHeader({ title, name, above = NONE, aside, actions, facts }: Props) {
  const path = JSON.stringify([...above, { label: name }]);
  useEffect(() => {
    crumbs.set(JSON.parse(path) as Crumb[]);
    document.title = `${name} · AI Infra Studio`;
  }, [path, name]);
  return (
    <header className={styles.header}>
      <div className={styles.line}>
        <div className={styles.title}>
          <h1>{title}</h1>
          {aside}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {facts && (
        // It scrolls sideways where the screen is narrow, by keyboard too.
        <section className={styles.facts} aria-label="Facts" tabIndex={0}>
          <dl>
            {facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </header>
  );
}
