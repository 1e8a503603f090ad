import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatInteger } from "@/lib/numbers";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { fleetQuery, type Scope } from "./api";
import styles from "./dashboard.module.css";
import { toList } from "./links";

const SHOWN = 6;

/** Where the fleet stands: its instances by cluster and by model. */
export function FleetPanel({ scope }: { scope: Scope }) {
  const fleet = useQuery(fleetQuery(scope));
  return (
    <Panel title="Fleet" className={styles.fleet}>
      <Loaded query={fleet} what="The fleet" skeleton={<Skeleton rows={6} />}>
        {({ total, clusters, models }) =>
          total === 0 ? (
            <p className={styles.quiet}>
              {scope.at === undefined
                ? "No instance is kept here yet."
                : "There was no instance at that moment."}
            </p>
          ) : (
            <>
              <Bars
                title="Instances by cluster"
                counts={clusters}
                linkOf={(cluster) => toList("/instances", { cluster })}
              />
              <Bars
                title="Instances by model"
                counts={models}
                linkOf={(model) => toList("/instances", { model })}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface BarsProps {
  title: string;
  counts: readonly { name: string; count: number }[];
  linkOf: (name: string) => LinkProps;
}

function Bars({ title, counts, linkOf }: BarsProps) {
  const most = Math.max(...counts.map(({ count }) => count));
  return (
    <>
      <h3 className={styles.barsTitle}>{title}</h3>
      <ul className={styles.bars}>
        {counts.slice(0, SHOWN).map(({ name, count }) => (
          <li key={name}>
            <Link {...linkOf(name)} title={name}>
              {name}
            </Link>
            <span className={styles.track} aria-hidden="true">
              <span style={{ width: `${(count / most) * 100}%` }} />
            </span>
            <span className={styles.count}>{formatInteger(count)}</span>
          </li>
        ))}
      </ul>
      {counts.length > SHOWN && (
        <p className={styles.rest}>
          <Link to="/instances">{formatInteger(counts.length - SHOWN)} more</Link>
        </p>
      )}
    </>
  );
}
