import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { asOfParam, useAsOf } from "@/api/as-of";
import type { LogPage } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import { useStore } from "@/lib/store";
import { parseMoment, parseTime } from "@/lib/time";
import { zone } from "@/ui/preferences";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, Loaded, Skeleton } from "@/ui/states";
import { toast } from "@/ui/toasts";
import { isActive, runQuery } from "./api";
import { asksNothing, type LogQuestion, lineAt, logHistogramQuery, logSummaryQuery } from "./log-api";
import { readLevels, wordsOf } from "./log-levels";
import { placeOf } from "./log-lines";
import { LogListing } from "./log-listing";
import { useHits } from "./log-search";
import { LogTail } from "./log-tail";
import { LogToolbar } from "./log-toolbar";
import { LogVolume } from "./log-volume";
import styles from "./logs.module.css";
import { useCurrentRunLive } from "./run-live-context";

export interface LogsView {
  q?: string;
  /** `q` is a pattern. */
  regex?: true;
  /** Capitals matter. */
  case?: true;
  /** Only lines with a hit. */
  only?: true;
  /** Groups of levels that are shown; absent: all. */
  level?: string[];
  /** RFC 3339 times. */
  from?: string;
  to?: string;
}

interface Props {
  id: string;
  view: LogsView;
  onView: (change: Partial<LogsView>) => void;
  /** Number of the line that the address names (`#L12`). */
  line: number | null;
  onLine: (line: number | null) => void;
}

const BUCKETS = 240;

/** The log of a run: every line, by number, as it comes. */
export function RunLogs(props: Props) {
  const summary = useQuery(logSummaryQuery(props.id, useAsOf()));
  return (
    <div className={styles.page}>
      <Loaded query={summary} what="The log" skeleton={<Skeleton rows={14} gap={8} />}>
        {(data) => <Log {...props} summary={data} />}
      </Loaded>
    </div>
  );
}

function Log({ id, view, onView, line, onLine, summary }: Props & { summary: LogPage }) {
  const at = useAsOf();
  const run = useQuery(runQuery(id, at));
  const active = isActive(run.data) && at === undefined;
  const tail = useTail(summary);
  const histogram = useQuery({
    ...logHistogramQuery(id, at, BUCKETS),
    refetchInterval: active ? 5000 : false,
  });
  const where = useStore(zone);
  const mark = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [chosen, choose] = useChosenLine(line, onLine);

  const levels = readLevels(view.level);
  const { question, rowQuestion } = useMemo(() => questionsOf(view, at), [view, at]);
  const hits = useHits(id, view.q ? question : null, tail.last);
  const rows = useHits(id, rowQuestion, tail.last);
  const step = (by: 1 | -1) => {
    const next = hits && stepFrom(hits.lines, chosen, by);
    if (next !== null) choose(next);
  };
  const jump = async (time: number) => {
    const found = await lineAt(id, at, time);
    if (found !== null) choose(found);
    else toast({ tone: "mute", title: "The log ends before that moment" });
  };
  const jumpTo = (typed: string): boolean => {
    const end = active ? Date.now() : (parseTime(run.data?.ended_at) ?? Date.now());
    const time = parseMoment(typed, end, where);
    if (time !== null) void jump(time);
    return time !== null;
  };
  useLogKeys(field, step);

  const range = view.from && view.to ? ([parseTime(view.from) ?? 0, parseTime(view.to) ?? 0] as const) : null;
  return (
    <>
      <LogToolbar
        {...{ id, view, onView, levels, hits, chosen, tail, field, range, onJump: jumpTo, onStep: step }}
        selection={{
          question: rowQuestion ?? asOfParam(at),
          numbers: rows?.lines ?? null,
          first: tail.first,
          last: tail.last,
        }}
      />
      {histogram.data && tail.last > 0 && (
        <LogVolume
          histogram={histogram.data}
          range={range}
          markRef={mark}
          onJump={(time) => void jump(time)}
          onRange={(from, to) =>
            onView({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
          }
        />
      )}
      {rows?.error || hits?.error ? (
        <ErrorState what="The search" error={rows?.error ?? hits?.error} />
      ) : tail.last === 0 ? (
        <EmptyState title="No output yet">
          {active
            ? "Lines appear here as the run writes them."
            : "This run wrote no line, or only its metrics were logged."}
        </EmptyState>
      ) : rows && !rows.done ? (
        <Skeleton rows={14} gap={8} />
      ) : rows && rows.lines.length === 0 ? (
        <EmptyState title="No line matches">
          Lift the search, the levels or the range to see the other lines.
        </EmptyState>
      ) : (
        <LogListing
          key={JSON.stringify([rowQuestion, at])}
          {...{ id, mark, chosen, active, tail, hits, rows, rowQuestion }}
          marking={view.q ? { q: view.q, regex: view.regex, match_case: view.case } : null}
          onChoose={choose}
        />
      )}
    </>
  );
}

/** What is searched for, and what the rows are narrowed to; null: they are not. */
function questionsOf(view: LogsView, at: AsOf): { question: LogQuestion; rowQuestion: LogQuestion | null } {
  const narrowed: LogQuestion = {
    level: wordsOf(readLevels(view.level)),
    from: view.from,
    to: view.to,
    ...asOfParam(at),
  };
  const question = { ...narrowed, q: view.q, regex: view.regex, match_case: view.case };
  const rowQuestion = view.only && view.q ? question : narrowed;
  return { question, rowQuestion: asksNothing(rowQuestion) ? null : rowQuestion };
}

/** The next hit after a line, or the one before it; round at the ends. */
function stepFrom(hits: readonly number[], line: number | null, by: 1 | -1): number | null {
  if (hits.length === 0) return null;
  const place = placeOf(hits, line ?? 0);
  const next = by === 1 ? (hits[place] === line ? place + 1 : place) : place - 1;
  return hits[(next + hits.length) % hits.length] ?? null;
}

/** Where the log ends, as lines come. */
function useTail(summary: LogPage) {
  const live = useCurrentRunLive();
  const tail = useMemo(() => new LogTail(summary, live), [summary, live]);
  useEffect(() => tail.follow(), [tail]);
  return useStore(tail.state);
}

const SETTLE_MS = 200;

/** The line that is looked at. The address follows once the choice rests: browsers refuse to change it at the pace of a held key. */
function useChosenLine(line: number | null, onLine: (line: number | null) => void) {
  const [chosen, setChosen] = useState(line);
  const [known, setKnown] = useState(line);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  if (known !== line) {
    setKnown(line);
    setChosen(line);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const choose = (next: number | null) => {
    setChosen(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(next);
      onLine(next);
    }, SETTLE_MS);
  };
  return [chosen, choose] as const;
}

function useLogKeys(field: React.RefObject<HTMLInputElement | null>, step: (by: 1 | -1) => void): void {
  const latest = useRef(step);
  useEffect(() => {
    latest.current = step;
  });
  useShortcuts(
    useMemo(
      () => [
        { keys: "f", does: "Search the log", group: "Logs", run: () => field.current?.focus() },
        { keys: "n", does: "Next match", group: "Logs", run: () => latest.current(1) },
        { keys: "shift+n", does: "Previous match", group: "Logs", run: () => latest.current(-1) },
      ],
      [field],
    ),
  );
}
