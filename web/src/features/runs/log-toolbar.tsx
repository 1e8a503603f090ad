import { IconChevronDown, IconChevronUp, IconClock, IconDownload, IconX } from "@tabler/icons-react";
import { type RefObject, useState } from "react";
import { formatCompact, formatInteger, formatPercent } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatClock } from "@/lib/time";
import { Button, IconButton } from "@/ui/button";
import { zone } from "@/ui/preferences";
import { FilterField, FilterSwitch } from "@/ui/text-field";
import { toast } from "@/ui/toasts";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { downloadLog, type Selection } from "./log-download";
import { LEVELS, type Level } from "./log-levels";
import { placeOf } from "./log-lines";
import type { Hits } from "./log-search";
import type { Tail } from "./log-tail";
import styles from "./logs.module.css";
import type { LogsView } from "./logs-page";

interface Props {
  id: string;
  view: LogsView;
  onView: (change: Partial<LogsView>) => void;
  levels: readonly Level[];
  hits: Hits | null;
  chosen: number | null;
  tail: Tail;
  field: RefObject<HTMLInputElement | null>;
  range: readonly [number, number] | null;
  selection: Selection;
  /** Go to a moment as people type it; false: not understood. */
  onJump: (typed: string) => boolean;
  onStep: (by: 1 | -1) => void;
}

/** What narrows a log, and what finds a place in it. */
export function LogToolbar(props: Props) {
  const { id, view, onView, levels, hits, chosen, tail, field, range, selection, onJump, onStep } = props;
  const toggle = (level: Level, only: boolean) => {
    const others = levels.filter((one) => one !== level);
    const next = only ? [level] : levels.includes(level) ? others : [...levels, level];
    const isAll = next.length === LEVELS.length || next.length === 0;
    onView({ level: isAll ? undefined : LEVELS.filter((one) => next.includes(one)) });
  };
  return (
    <Toolbar label="Log">
      <FilterField
        fieldRef={field}
        label="Search log"
        value={view.q ?? ""}
        error={hits?.error?.status === 422 ? hits.error.message : null}
        onChange={(q) => onView({ q: q || undefined })}
        onEnter={(back) => onStep(back ? -1 : 1)}
      >
        <FilterSwitch
          label="Match capitals"
          on={view.case ?? false}
          onChange={(on) => onView({ case: on || undefined })}
        >
          Aa
        </FilterSwitch>
        <FilterSwitch
          label="Regular expression"
          on={view.regex ?? false}
          onChange={(on) => onView({ regex: on || undefined })}
        >
          .*
        </FilterSwitch>
        <FilterSwitch
          label="Only lines that match"
          on={view.only ?? false}
          onChange={(on) => onView({ only: on || undefined })}
        >
          only
        </FilterSwitch>
      </FilterField>
      {hits && (
        <>
          <span role="status" className={styles.soft}>
            {sayHits(hits, chosen, tail)}
          </span>
          <IconButton
            label="Previous match"
            keys="shift+N"
            disabled={hits.lines.length === 0}
            onClick={() => onStep(-1)}
          >
            <IconChevronUp />
          </IconButton>
          <IconButton
            label="Next match"
            keys="n"
            disabled={hits.lines.length === 0}
            onClick={() => onStep(1)}
          >
            <IconChevronDown />
          </IconButton>
        </>
      )}
      {LEVELS.filter((level) => tail.levels[level] > 0 || view.level).map((level) => (
        <button
          key={level}
          type="button"
          className={styles.levelButton}
          data-level={level}
          aria-pressed={levels.includes(level)}
          title="Alt-click: only this level"
          onClick={(event) => toggle(level, event.altKey)}
        >
          <span className={styles.levelMark} aria-hidden="true" />
          {level.charAt(0).toUpperCase() + level.slice(1)} <code>{formatCompact(tail.levels[level])}</code>
        </button>
      ))}
      {range && <RangeChip range={range} onClear={() => onView({ from: undefined, to: undefined })} />}
      <ToolbarSpace />
      <JumpField onJump={onJump} />
      <Download id={id} selection={selection} />
    </Toolbar>
  );
}

function sayHits({ lines, done, scanned }: Hits, chosen: number | null, tail: Tail): string {
  const found = formatInteger(lines.length);
  if (!done) return `${found} so far, ${formatPercent(scanned / Math.max(1, tail.last), 0)} searched`;
  if (lines.length === 0) return "no match";
  const place = chosen === null ? -1 : placeOf(lines, chosen);
  if (place >= 0 && lines[place] === chosen) return `${formatInteger(place + 1)} of ${found}`;
  return `${found} ${lines.length === 1 ? "match" : "matches"}`;
}

function RangeChip({ range, onClear }: { range: readonly [number, number]; onClear: () => void }) {
  const where = useStore(zone);
  return (
    <Button size="small" icon={<IconX />} aria-label="Lift the range of time" onClick={onClear}>
      {formatClock(range[0], where)} – {formatClock(range[1], where)}
    </Button>
  );
}

function JumpField({ onJump }: { onJump: (typed: string) => boolean }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className={styles.jump}
      data-invalid={wrong || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(typed.trim() !== "" && !onJump(typed));
      }}
    >
      <IconClock size={15} aria-hidden="true" />
      <input
        aria-label="Go to a time"
        aria-invalid={wrong || undefined}
        placeholder="13:22:10 or -15m"
        title="A time of day, -15m from the end, or a date and time; Enter goes there"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setWrong(false);
        }}
      />
    </form>
  );
}

function Download({ id, selection }: { id: string; selection: Selection }) {
  const [share, setShare] = useState<number | null>(null);
  const download = async () => {
    setShare(0);
    try {
      await downloadLog(id, selection, setShare);
    } catch (error) {
      toast({
        tone: "err",
        title: "The log was not saved",
        detail: (error as Error).message,
        actions: [{ label: "Retry", run: () => void download() }],
      });
    } finally {
      setShare(null);
    }
  };
  if (share !== null)
    return (
      <Button busy icon={<IconDownload />}>
        {formatPercent(share, 0)}
      </Button>
    );
  return (
    <IconButton
      label="Download these lines"
      variant="default"
      disabled={selection.last === 0 || selection.numbers?.length === 0}
      onClick={() => void download()}
    >
      <IconDownload />
    </IconButton>
  );
}
