import { IconPinnedOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ActorName } from "@/api/actors";
import type { StateSummary, TimelineItem } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import { sayValue, toldChanges } from "@/lib/entities";
import { formatInteger } from "@/lib/numbers";
import { formatDuration } from "@/lib/units";
import { IconButton } from "@/ui/button";
import { Keys } from "@/ui/keys";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { AbsoluteTime } from "@/ui/time";
import { blockOf, countsQuery, eventsQuery } from "./api";
import type { Pin } from "./lane-chart";
import { MomentLink } from "./moment-link";
import styles from "./timeline.module.css";

const REST_MS = 350;

/** A value once it has stayed the same for a moment: nothing is asked for while somebody plays. */
function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

interface MomentProps {
  project: string | undefined;
  at: AsOf;
  /** The last event up to the moment; null: not known yet. */
  seq: number | null;
  head: number;
}

/** What happened at the moment that is shown, and what there was. */
export function MomentPart({ project, at, seq, head }: MomentProps) {
  const rested = useRested(at);
  const counts = useQuery({ ...countsQuery(project, rested ?? "now"), enabled: rested !== undefined });
  if (at === undefined)
    return (
      <section className={styles.part} aria-label="Moment">
        <h2>Now</h2>
        <p className={styles.soft}>
          Choose a moment: “Show this moment” of an event, <Keys keys="t" />, or step with <Keys keys="< >" />
          . Every page then shows what was known at it.
        </p>
      </section>
    );
  return (
    <section className={styles.part} aria-label="Moment">
      {seq !== null && <EventDetails seq={seq} head={head} />}
      {counts.error ? (
        <ErrorState what="What there was" error={counts.error} onRetry={() => counts.refetch()} />
      ) : (
        counts.data && <Counts counts={counts.data} />
      )}
    </section>
  );
}

function EventDetails({ seq, head }: { seq: number; head: number }) {
  const events = useQuery({ ...eventsQuery(blockOf(seq), Math.max(head, seq)), enabled: seq > 0 });
  const event = events.data?.get(seq);
  if (seq === 0) return <p className={styles.soft}>Nothing had been recorded yet.</p>;
  if (!event)
    return events.data ? (
      <p className={styles.soft}>Event {formatInteger(seq)} is not shown to you.</p>
    ) : (
      <Late>
        <Skeleton rows={3} />
      </Late>
    );
  const changes = toldChanges(event.changes);
  return (
    <>
      <h2>
        {event.kind} <span className={styles.soft}>#{formatInteger(seq)}</span>
      </h2>
      <p className={styles.meta}>
        <AbsoluteTime time={event.at} milliseconds /> · <ActorName reference={event.actor} />
        {event.reason && <> · “{event.reason}”</>}
      </p>
      {changes.length > 0 && (
        <table className={styles.diff} aria-label="What it changed">
          <tbody>
            {changes.map(([field, { old, new: made }]) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td title={sayValue(old, 2000)}>{sayValue(old, 60)}</td>
                <td title={sayValue(made, 2000)}>{sayValue(made, 60)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** Pages that list a kind. */
const LISTS: Record<string, "/experiments" | "/deployments" | "/instances" | "/runs"> = {
  experiment: "/experiments",
  deployment: "/deployments",
  instance: "/instances",
  run: "/runs",
};

function Counts({ counts: { counts } }: { counts: StateSummary }) {
  const kinds = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return (
    <>
      <h3>What there was</h3>
      <dl className={styles.counts}>
        {kinds.map(([kind, count]) => (
          <div key={kind}>
            <dt>
              {LISTS[kind] ? (
                <Link to={LISTS[kind]}>{kind.replaceAll("_", " ")}</Link>
              ) : (
                kind.replaceAll("_", " ")
              )}
            </dt>
            <dd>{formatInteger(count)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface PinsProps {
  pins: readonly (Pin & { item: TimelineItem | undefined })[];
  onUnpin: (seq: number) => void;
}

export function PinsPart({ pins, onUnpin }: PinsProps) {
  const [a, b] = pins;
  return (
    <section className={styles.part} aria-label="Pinned moments">
      <div className={styles.partHead}>
        <h2>Pinned moments</h2>
        <span className={styles.soft} data-testid="pinned-count" role="status">
          {pins.length === 0 ? "none pinned" : `${pins.length} pinned`}
        </span>
      </div>
      {pins.length === 0 && (
        <p className={styles.soft}>
          Click an event, or press Enter on it. Two pins show what changed in between.
        </p>
      )}
      {pins.map(({ letter, seq, item, ms }) => (
        <div key={letter} className={styles.pinned} data-pin={letter}>
          <span className={styles.letter}>{letter}</span>
          <div>
            <p title={item?.title}>{item?.title ?? `Event ${formatInteger(seq)}`}</p>
            <p className={styles.meta}>
              <MomentLink seq={seq}>#{formatInteger(seq)}</MomentLink> ·{" "}
              {ms === null ? "…" : <AbsoluteTime time={new Date(ms).toISOString()} />}
            </p>
          </div>
          <IconButton size="small" label={`Unpin ${letter}`} onClick={() => onUnpin(seq)}>
            <IconPinnedOff />
          </IconButton>
        </div>
      ))}
      {a?.ms != null && b?.ms != null && (
        <p className={styles.meta}>Δt {formatDuration((b.ms - a.ms) / 1000)}</p>
      )}
    </section>
  );
}
