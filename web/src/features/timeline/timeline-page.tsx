import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import { afterEvent, seqOf } from "@/lib/as-of";
import { formatInteger, plural } from "@/lib/numbers";
import { parseTime } from "@/lib/time";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { Count } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { usePresent } from "@/ui/time";
import { endsQuery, overviewQuery, placeQuery, timelineQuery } from "./api";
import { ChangesPart } from "./changes-part";
import { EventList } from "./event-list";
import { LaneChart, type Pin } from "./lane-chart";
import { inside, type LaneBy, layOut, matches, momentsOf, type Span, zoomed } from "./lanes";
import { Overview } from "./overview";
import { MomentPart, PinsPart } from "./side-panel";
import styles from "./timeline.module.css";
import { TimelineToolbar } from "./timeline-toolbar";

export interface TimelineView {
  project?: string;
  /** RFC 3339; without `to` the window reaches up to now. */
  from?: string;
  to?: string;
  lanes?: LaneBy;
  q?: string;
  /** A lane of kinds. */
  kind?: string;
  actor?: string;
  /** Numbers of the pinned events. */
  pins?: string[];
}

interface Props {
  view: TimelineView;
  onView: (change: Partial<TimelineView>) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A ledger that is not older is shown as a whole at first. */
const WHOLE = 30 * DAY;
const FIRST_LOOK = 7 * DAY;
/** Of a ledger with more events a day is enough at first. */
const MANY = 100_000;
/** How often the overview of everything is read again; the window is at once. */
const OVERVIEW_PACE_MS = 30_000;

/** Everything that happened, on one axis of time: find a moment, step through it, compare two. */
export function TimelinePage({ view, onView }: Props) {
  const ends = useQuery(endsQuery(view.project));
  if (ends.data && ends.data.first !== null)
    return <Timeline view={view} onView={onView} first={ends.data.first} head={ends.data.head} />;
  return (
    <FillPage>
      <PageHeader name="Timeline" title="Timeline" />
      {ends.error ? (
        <ErrorState what="The timeline" error={ends.error} onRetry={() => ends.refetch()} />
      ) : ends.data ? (
        <EmptyState title="Nothing has happened yet">
          Every change of a run, a deployment or an instance stands here, with who made it and why.
        </EmptyState>
      ) : (
        <Late>
          <Skeleton rows={9} />
        </Late>
      )}
    </FillPage>
  );
}

function Timeline({ view, onView, first, head }: Props & { first: number; head: number }) {
  const at = useAsOf();
  const present = usePresent();
  const by = view.lanes ?? "kind";
  const all = useMemo(() => ({ from: first, to: Math.max(first + 1000, present) }), [first, present]);
  const begin = firstLook(first, all.to, head);
  const from = parseTime(view.from) ?? begin;
  const to = parseTime(view.to);
  const window = useMemo(
    () => inside({ from: Math.min(from, (to ?? all.to) - 1), to: to ?? all.to }, all),
    [from, to, all],
  );

  const everything = useQuery({
    ...overviewQuery(view.project, first),
    staleTime: "static",
    refetchInterval: OVERVIEW_PACE_MS,
  });
  const inWindow = useQuery(timelineQuery({ project: view.project, from, to }));
  const moments = useMemo(() => momentsOf(inWindow.data?.items ?? []), [inWindow.data]);
  const { q, kind, actor } = view;
  const shown = useMemo(
    () => moments.filter((moment) => matches(moment, { q, kind, actor })),
    [moments, q, kind, actor],
  );
  const isFiltered = Boolean(q || kind || actor);
  const place = useQuery({ ...placeQuery(at ?? "now"), enabled: at !== undefined });
  const atMs = at === undefined ? null : (place.data?.ms ?? null);
  const lastSeq = at === undefined ? null : (place.data?.seq ?? null);
  // The lanes show what comes later too, so that one can go on; the list ends at the moment.
  const listed = useMemo(
    () => (lastSeq === null ? shown : shown.filter(({ item }) => item.seq <= lastSeq)),
    [shown, lastSeq],
  );
  const pins = usePins(view.pins, moments);

  const setWindow = (span: Span | null) =>
    onView(
      span === null
        ? { from: new Date(first).toISOString(), to: undefined }
        : {
            from: new Date(span.from).toISOString(),
            to: span.to >= all.to - 1 ? undefined : new Date(span.to).toISOString(),
          },
    );
  const zoom = (factor: number, around: number) => setWindow(zoomed(window, factor, around, all));
  const pin = (seq: number) => {
    const kept = pins.map((one) => one.seq);
    // The first pin stays where it is; a third takes the place of the second.
    const next = kept.includes(seq) ? kept.filter((one) => one !== seq) : [...kept.slice(0, 1), seq];
    onView({ pins: next.length === 0 ? undefined : next.map(String) });
  };
  useTimelineKeys({
    zoom: (factor) => zoom(factor, atMs ?? (window.from + window.to) / 2),
    fit: () => setWindow(null),
  });

  const totals = useMemo(
    () =>
      new Map(
        by === "kind" && !isFiltered ? inWindow.data?.lanes.map(({ lane, total }) => [lane, total]) : [],
      ),
    [by, isFiltered, inWindow.data],
  );
  const total = inWindow.data?.total ?? 0;
  const isCut = total > moments.length;
  return (
    <FillPage>
      <PageHeader
        name="Timeline"
        title="Timeline"
        aside={inWindow.data && <Count>{plural(isFiltered ? shown.length : total, "event")}</Count>}
      />
      <TimelineToolbar
        {...{ view, onView, window, at }}
        filtered={isFiltered ? shown : null}
        moments={moments}
        onSpan={(ms) => setWindow(ms === null ? null : inside({ from: all.to - ms, to: all.to }, all))}
        onZoom={(factor) => zoom(factor, atMs ?? (window.from + window.to) / 2)}
      />
      <div className={styles.body}>
        <div className={styles.left}>
          <Overview counted={everything.data} {...{ all, window }} onWindow={setWindow} at={atMs} />
          {inWindow.error && !inWindow.data ? (
            <ErrorState what="Events" error={inWindow.error} onRetry={() => inWindow.refetch()} />
          ) : !inWindow.data ? (
            <Late>
              <Skeleton rows={9} />
            </Late>
          ) : (
            <>
              <LaneChart
                lanesFor={(width) => layOut(shown, by, window, width, totals)}
                ofActors={by === "actor"}
                {...{ window, pins }}
                at={atMs}
                onPin={pin}
                onWindow={setWindow}
                onZoom={zoom}
              />
              {isCut && (
                <p className={styles.cut}>
                  The newest {formatInteger(moments.length)} of {formatInteger(total)} events in this window.
                  Select a shorter one to see the others.
                </p>
              )}
              <div className={styles.list} data-dimmed={inWindow.isPlaceholderData || undefined}>
                <EventList
                  moments={listed}
                  pins={pins}
                  current={seqOf(at)}
                  head={Math.max(head, moments[0]?.item.seq ?? 0)}
                />
              </div>
            </>
          )}
        </div>
        <aside className={styles.side} aria-label="Moments">
          <MomentPart project={view.project} at={at} seq={lastSeq} head={head} />
          <PinsPart pins={pins} onUnpin={pin} />
          {pins.length === 2 && (
            <ChangesPart project={view.project} a={(pins[0] as Pin).seq} b={(pins[1] as Pin).seq} />
          )}
        </aside>
      </div>
    </FillPage>
  );
}

/** Where the window begins before anybody chose: at the first event, or some days ago. */
function firstLook(first: number, now: number, head: number): number {
  if (head > MANY) return Math.max(first, Math.floor((now - DAY) / HOUR) * HOUR);
  return now - first <= WHOLE ? first : Math.floor((now - FIRST_LOOK) / DAY) * DAY;
}

/** The pinned events, the earlier one first; what is not in the window is looked up. */
function usePins(numbers: readonly string[] | undefined, moments: ReturnType<typeof momentsOf>) {
  const seqs = [...new Set((numbers ?? []).map(Number).filter((seq) => Number.isInteger(seq) && seq > 0))]
    .sort((a, b) => a - b)
    .slice(0, 2);
  const places = useQueries({
    queries: seqs.map((seq) => ({
      ...placeQuery(afterEvent(seq)),
      enabled: !moments.some(({ item }) => item.seq === seq),
    })),
  });
  return seqs.map((seq, index) => {
    const found = moments.find(({ item }) => item.seq === seq);
    return {
      letter: index === 0 ? ("A" as const) : ("B" as const),
      seq,
      ms: found?.ms ?? places[index]?.data?.ms ?? null,
      item: found?.item,
    };
  });
}

function useTimelineKeys({ zoom, fit }: { zoom: (factor: number) => void; fit: () => void }): void {
  useShortcuts(
    useMemo(
      () => [
        { keys: "+", does: "Shorter window", group: "Timeline", run: () => zoom(0.5) },
        { keys: "-", does: "Longer window", group: "Timeline", run: () => zoom(2) },
        { keys: "0", does: "Fit all", group: "Timeline", run: fit },
      ],
      [zoom, fit],
    ),
  );
}
