import { IconArrowRight, IconPinned } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ActorName } from "@/api/actors";
import type { LedgerEvent, TimelineItem } from "@/api/types";
import { afterEvent } from "@/lib/as-of";
import { pageOfEntity } from "@/lib/entities";
import { formatInteger } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatAbsolute, formatClock, formatDate, formatRelative, parseTime } from "@/lib/time";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { zone } from "@/ui/preferences";
import { EmptyState } from "@/ui/states";
import { useNow } from "@/ui/time";
import { useOpen } from "@/ui/use-open";
import { blockOf, eventsQuery } from "./api";
import { ChangeChips } from "./change-chips";
import type { Pin } from "./lane-chart";
import type { Moment } from "./lanes";
import { MomentLink } from "./moment-link";
import styles from "./timeline.module.css";

interface Props {
  moments: readonly Moment[];
  pins: readonly Pin[];
  /** The event right after which the page shows everything; null: another moment, or now. */
  current: number | null;
  /** The greatest number that is known. */
  head: number;
}

/** Events, the newest first: who, when, why and what changed. */
export function EventList({ moments, pins, current, head }: Props) {
  const [range, setRange] = useState<readonly [number, number]>([0, 30]);
  const open = useOpen();
  const details = useDetails(moments.slice(range[0], range[1] + 1), head);
  const columns = useMemo(() => columnsFor(details, pins, current), [details, pins, current]);
  return (
    <DataTable
      label="Events"
      primary
      columns={columns}
      rowCount={moments.length}
      rowAt={(index) => moments[index]?.item}
      idOf={(item) => String(item.seq)}
      nameOf={(item) => item.title}
      onRange={(first, last) =>
        setRange((old) => (old[0] === first && old[1] === last ? old : [first, last]))
      }
      onOpen={({ seq }, inNewTab) =>
        open(
          {
            to: "/timeline",
            search: (old: object) => ({ ...old, at: afterEvent(seq) }),
            replace: !inNewTab,
          } as never,
          inNewTab,
        )
      }
      empty={
        <EmptyState title="No event matches">
          Make the window longer, or lift the filter, to see other events.
        </EmptyState>
      }
    />
  );
}

/** The events of some items in full, as far as they have come. */
function useDetails(shown: readonly Moment[], head: number): ReadonlyMap<number, LedgerEvent> {
  const blocks = [...new Set(shown.map(({ item }) => blockOf(item.seq)))];
  return useQueries({
    queries: blocks.map((block) => eventsQuery(block, head)),
    combine: (answers) => new Map(answers.flatMap(({ data }) => [...(data ?? [])])),
  });
}

function columnsFor(
  details: ReadonlyMap<number, LedgerEvent>,
  pins: readonly Pin[],
  current: number | null,
): Column<TimelineItem>[] {
  return [
    {
      id: "seq",
      header: "#",
      width: 62,
      align: "right",
      cell: ({ seq }) => (
        <span className={styles.seq} aria-current={seq === current ? "time" : undefined}>
          {seq === current && <IconArrowRight size={14} aria-label="Shown now" />}
          {pins.some((pin) => pin.seq === seq) && <IconPinned size={14} aria-label="Pinned" />}
          {formatInteger(seq)}
        </span>
      ),
    },
    {
      id: "time",
      header: "Time",
      width: 118,
      phone: "meta",
      cell: ({ time }) => <Time time={time} />,
    },
    {
      id: "what",
      header: "What",
      width: 190,
      grow: 2,
      fixed: true,
      phone: "title",
      cell: (item) => <What item={item} />,
    },
    {
      id: "who",
      header: "Who",
      width: 140,
      phone: "meta",
      cell: ({ actor }) => <ActorName reference={actor} className={styles.soft} />,
    },
    {
      id: "changes",
      header: "Changes",
      width: 180,
      grow: 3,
      cell: ({ seq }) => <ChangeChips event={details.get(seq)} />,
    },
    {
      id: "why",
      header: "Why",
      width: 84,
      grow: 1,
      cell: ({ reason }) => (
        <span className={styles.soft} title={reason ?? undefined}>
          {reason || "—"}
        </span>
      ),
    },
    {
      id: "show",
      header: "Moment",
      width: 144,
      align: "right",
      phone: "status",
      cell: ({ seq }) => (
        <MomentLink seq={seq} className={styles.show} label={`Show this moment: event ${seq}`}>
          Show this moment
        </MomentLink>
      ),
    },
  ];
}

/** `20 Nov 13:41:07`; the title has the year, and how long ago that is. */
function Time({ time }: { time: string }) {
  const where = useStore(zone);
  const now = useNow();
  const ms = parseTime(time);
  const day = formatDate(ms, where).replace(/ \d{4}$/, "");
  return (
    <time
      dateTime={time}
      className={styles.time}
      title={`${formatAbsolute(ms, where, true)} · ${formatRelative(ms, now, where)}`}
    >
      {day} {formatClock(ms, where)}
    </time>
  );
}

/** What an event tells of, as a link to the page of its entity. */
function What({ item }: { item: TimelineItem }) {
  const words = item.title.split(": ")[0] as string;
  const to = pageOfEntity(item.entity, item.entity_id);
  return to === null ? (
    <span title={item.title}>{words}</span>
  ) : (
    <Link to={to as "/"} className={styles.name} title={item.title}>
      {words}
    </Link>
  );
}
