import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ActorName } from "@/api/actors";
import type { TimelineItem } from "@/api/types";
import { pageOfEntity } from "@/lib/entities";
import { plural } from "@/lib/numbers";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { RelativeTime, useNow } from "@/ui/time";
import { latestChangesQuery, type Scope } from "./api";
import styles from "./dashboard.module.css";

/** What changed last, who did it and why. */
export function LatestChanges({ scope }: { scope: Scope }) {
  const changes = useQuery(latestChangesQuery(scope, useNow()));
  const said =
    changes.data && `${plural(changes.data.total, "event")}${changes.data.isDay ? " in the last 24 h" : ""}`;
  return (
    <Panel
      title="Latest changes"
      count={said}
      flush
      actions={
        <Link to="/timeline" className={styles.more}>
          Timeline
        </Link>
      }
    >
      <Loaded query={changes} what="Changes" skeleton={<Skeleton rows={6} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={styles.quiet}>Nothing has been changed yet.</p>
          ) : (
            <table className={styles.changes}>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Who</th>
                  <th scope="col">Why</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={item.seq}>
                    <td title={item.title}>
                      <What item={item} />
                    </td>
                    <td>
                      <ActorName reference={item.actor} />
                    </td>
                    <td title={item.reason ?? undefined}>{item.reason || "—"}</td>
                    <td>
                      <RelativeTime time={item.time} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Panel>
  );
}

function What({ item: { entity, entity_id, title } }: { item: TimelineItem }) {
  const to = pageOfEntity(entity, entity_id);
  return to === null ? title : <Link to={to as "/"}>{title}</Link>;
}
