import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import type { LedgerEvent } from "@/api/types";
import { afterEvent } from "@/lib/as-of";
import { sayValue, toldChanges } from "@/lib/entities";
import { Changes } from "@/ui/changes";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { AbsoluteTime } from "@/ui/time";
import { EVENTS, historyQuery } from "./api";
import styles from "./registry.module.css";

/** What happened to a version, the last first. */
export function HistoryPanel({ versionId }: { versionId: string }) {
  const history = useQuery(historyQuery(versionId, useAsOf()));
  return (
    <Panel title="History" count={history.data?.items.length}>
      <Loaded query={history} what="The history" skeleton={<Skeleton rows={3} />}>
        {({ items }) => (
          <>
            <ol className={styles.history} aria-label="Events, the last first">
              {items.toReversed().map((event) => (
                <li key={event.seq}>
                  <Happened event={event} />
                </li>
              ))}
            </ol>
            {items.length >= EVENTS && <p className={styles.hint}>The first {EVENTS} events.</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** Fields as people know them: the ledger calls notes by MLflow's name. */
const NAMES: Record<string, string> = { description: "notes" };

function Happened({ event }: { event: LedgerEvent }) {
  const isBirth = event.version === 1;
  const changes = isBirth ? [] : toldChanges(event.changes);
  return (
    <>
      <span className={styles.event}>
        <strong>{event.kind.split(".").at(-1)?.replaceAll("_", " ")}</strong>
        <Changes
          wraps
          changes={changes.map(([field, change]) => ({
            field: NAMES[field] ?? field,
            old: change.old === null ? null : sayValue(change.old),
            new: change.new === null ? null : sayValue(change.new),
          }))}
        />
      </span>
      <span className={styles.meta}>
        <Link
          to="."
          search={(old) => ({ ...old, at: afterEvent(event.seq) })}
          title="Show everything as it was then"
          activeProps={{}}
        >
          <AbsoluteTime time={event.at} />
        </Link>{" "}
        · <ActorName reference={event.actor} />
        {event.reason && <span className={styles.why}> “{event.reason}”</span>}
      </span>
    </>
  );
}
