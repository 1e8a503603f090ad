import { IconArrowBarToDown } from "@tabler/icons-react";
import { type RefObject, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { asOfParam, useAsOf } from "@/api/as-of";
import type { LogLine } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { parseTime } from "@/lib/time";
import { BigList, type BigListHandle } from "@/ui/big-list/big-list";
import { LineCache } from "@/ui/big-list/line-cache";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Keys } from "@/ui/keys";
import { zone } from "@/ui/preferences";
import { useShortcuts } from "@/ui/shortcuts";
import { ErrorState } from "@/ui/states";
import { ToolbarSpace } from "@/ui/toolbar";
import { useMedia } from "@/ui/use-media";
import { LineDetails } from "./line-details";
import type { LogQuestion } from "./log-api";
import { allLines, type Mark, matchingLines, patternOf, placeOf } from "./log-lines";
import { LogRow } from "./log-row";
import { LogRuler, placeView } from "./log-ruler";
import { type Hits, useHits } from "./log-search";
import type { Tail } from "./log-tail";
import { placeMark } from "./log-volume";
import styles from "./logs.module.css";
import { useCurrentRunLive } from "./run-live-context";

const ROW_HEIGHT = 20;

interface Props {
  id: string;
  tail: Tail;
  /** What the rows are narrowed to, and the lines that it leaves; null: nothing. */
  rowQuestion: LogQuestion | null;
  rows: Hits | null;
  hits: Hits | null;
  /** What is marked in the lines. */
  marking: Mark | null;
  /** Whether lines may still come. */
  active: boolean;
  chosen: number | null;
  onChoose: (line: number | null) => void;
  /** The mark in the volume over time. */
  mark: RefObject<HTMLDivElement | null>;
}

/** The lines themselves, with the one that is looked at beside them. */
export function LogListing({
  id,
  tail,
  rowQuestion,
  rows,
  hits,
  marking,
  active,
  chosen,
  onChoose,
  mark,
}: Props) {
  const where = useStore(zone);
  const narrow = useMedia("(max-width: 1100px)");
  const list = useRef<BigListHandle>(null);
  const view = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(active && chosen === null && rows === null);
  const { cache, rowOf, lineOf } = useRows(id, tail, rowQuestion, rows);
  const [seen, setSeen] = useState(cache.total);
  const pattern = useMemo(() => marking && patternOf(marking), [marking]);
  const errors = useErrorRows(id, tail, rows, rowOf);
  const hitRows = useMemo(() => (hits?.lines ?? []).map(rowOf), [hits?.lines, rowOf]);

  // A line was chosen by the address, a search or a moment: show it.
  const row = chosen === null ? -1 : rowOf(chosen);
  const total = cache.total;
  const isThere = row >= 0 && row < total;
  useEffect(() => {
    if (isThere) list.current?.showRow(row);
  }, [row, isThere]);
  const toEnd = () => {
    list.current?.toEnd();
    setFollow(true);
  };
  useShortcuts(
    useMemo(
      () => [
        {
          keys: "shift+g",
          does: "Go to the end and follow",
          group: "Logs",
          run: () => {
            list.current?.toEnd();
            setFollow(true);
          },
        },
      ],
      [],
    ),
  );
  const line = isThere && lineOf(row) === chosen ? cache.peek(row) : undefined;
  const waiting = total - seen;
  return (
    <>
      <div className={styles.body}>
        <div className={styles.listing}>
          <div className={styles.head} aria-hidden="true">
            <span className={styles.number}>Line</span>
            <span className={styles.time}>Time</span>
            <span className={styles.level}>Level</span>
            <span className={styles.source}>Source</span>
            <span>Message</span>
          </div>
          {cache.error && <ErrorState what="Lines" error={cache.error} onRetry={() => cache.retry()} />}
          <div className={styles.lines}>
            <BigList
              ref={list}
              label="Log lines"
              cache={cache}
              rowHeight={ROW_HEIGHT}
              follow={follow}
              active={isThere ? row : -1}
              onActive={(index) => onChoose(lineOf(index))}
              onEnd={(atEnd) => {
                if (atEnd) setSeen(cache.total);
                else if (follow) setFollow(false);
              }}
              onRows={(first, last) => {
                placeView(view.current, first, last, cache.total);
                placeMark(mark.current, parseTime(cache.peek((first + last) >> 1)?.time));
              }}
            >
              {(one) => <LogRow line={one} zone={where} pattern={pattern} />}
            </BigList>
            <LogRuler
              rowCount={total}
              errors={errors}
              hits={hitRows}
              viewRef={view}
              onJump={(index) => onChoose(lineOf(index))}
            />
          </div>
        </div>
        {line && !narrow && <LineDetails line={line} onClose={() => onChoose(null)} />}
      </div>
      {narrow && (
        <Sheet title="Log line" opened={line !== undefined} onClose={() => onChoose(null)}>
          {line && <LineDetails line={line} />}
        </Sheet>
      )}
      <div className={styles.foot}>
        <span>{plural(total, "line")}</span>
        {rows && <span>of {formatInteger(tail.last - tail.first + 1)}</span>}
        <ToolbarSpace />
        <span className={styles.keys} aria-hidden="true">
          <Keys keys="f" /> search <Keys keys="n N" /> match <Keys keys="↑ ↓" /> line <Keys keys="G" /> end
        </span>
        {!follow && waiting > 0 && (
          <Button size="small" variant="primary" onClick={toEnd}>
            ↓ {formatInteger(waiting)} new {waiting === 1 ? "line" : "lines"}
          </Button>
        )}
        {active && (
          <Button
            size="small"
            icon={<IconArrowBarToDown />}
            aria-pressed={follow}
            onClick={() => (follow ? setFollow(false) : toEnd())}
          >
            {follow ? "Following" : "Follow"}
          </Button>
        )}
      </div>
    </>
  );
}

/** The rows of the list: all lines by number, or those that a question leaves. */
function useRows(id: string, tail: Tail, question: LogQuestion | null, rows: Hits | null) {
  const at = useAsOf();
  const numbers = useRef<readonly number[]>([]);
  numbers.current = rows?.lines ?? [];
  const { first, last } = tail;
  const [cache] = useState(
    () =>
      new LineCache<LogLine>(
        question ? matchingLines(id, question, () => numbers.current) : allLines(id, at, first),
        question ? numbers.current.length : last - first + 1,
      ),
  );
  useSyncExternalStore(cache.subscribe, cache.getVersion);
  const total = question ? numbers.current.length : last - first + 1;
  useEffect(() => cache.setTotal(total), [cache, total]);
  useLiveLines(cache, question ? null : first);
  return useMemo(() => {
    const found = rows?.lines ?? null;
    return {
      cache,
      rowOf: (line: number) => (found ? placeOf(found, line) : line - first),
      lineOf: (row: number) => (found ? (found[row] ?? null) : first + row),
    };
  }, [cache, rows?.lines, first]);
}

/** Lines that come over the socket stand at the end at once, without being asked for. `first` null: rows are narrowed. */
function useLiveLines(cache: LineCache<LogLine>, first: number | null): void {
  const live = useCurrentRunLive();
  useEffect(() => {
    if (first === null) return;
    return live.listen({
      lines: (lines) => {
        for (const { truncated, ...line } of lines) {
          if (truncated) cache.setTotal(Math.max(cache.total, line.line - first + 1));
          else cache.append(line.line - first, { ...line, fields: null });
        }
      },
    });
  }, [live, cache, first]);
}

const ERRORS: LogQuestion = { level: ["error", "critical"] };
const NONE: readonly number[] = [];

/** Rows that hold an error, for the ruler; not looked for where there is none, nor where rows are narrowed. */
function useErrorRows(
  id: string,
  tail: Tail,
  rows: Hits | null,
  rowOf: (line: number) => number,
): readonly number[] {
  const wanted = rows === null && tail.levels.error > 0;
  const at = useAsOf();
  const found = useHits(id, wanted ? { ...ERRORS, ...asOfParam(at) } : null, tail.last);
  return useMemo(() => found?.lines.map(rowOf) ?? NONE, [found?.lines, rowOf]);
}
