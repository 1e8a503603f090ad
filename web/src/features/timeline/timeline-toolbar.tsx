import {
  IconChevronLeft,
  IconChevronRight,
  IconMaximize,
  IconPlayerPause,
  IconPlayerPlay,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { useMemo, useRef } from "react";
import { useActorNames } from "@/api/actors";
import type { AsOf } from "@/lib/as-of";
import { useStore } from "@/lib/store";
import { formatAbsolute, formatClock, formatDate, type Zone } from "@/lib/time";
import { formatDuration } from "@/lib/units";
import { Button, IconButton, Segmented } from "@/ui/button";
import { zone } from "@/ui/preferences";
import { useShortcuts } from "@/ui/shortcuts";
import { FilterField } from "@/ui/text-field";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import type { LaneBy, Moment, Span } from "./lanes";
import { SPEEDS, usePlayer } from "./player";
import { useSteps } from "./steps";
import styles from "./timeline.module.css";
import type { TimelineView } from "./timeline-page";

const HOUR = 3_600_000;
const SPANS: readonly [string, number | null][] = [
  ["1h", HOUR],
  ["24h", 24 * HOUR],
  ["7d", 168 * HOUR],
  ["30d", 720 * HOUR],
  ["All", null],
];
const LANES = [
  { value: "kind", label: "Kind" },
  { value: "project", label: "Project" },
  { value: "actor", label: "Actor" },
] as const satisfies readonly { value: LaneBy; label: string }[];

interface Props {
  view: TimelineView;
  onView: (change: Partial<TimelineView>) => void;
  window: Span;
  at: AsOf;
  moments: readonly Moment[];
  /** What a filter leaves; null: nothing is filtered. */
  filtered: readonly Moment[] | null;
  /** Show so much of the time up to now; null: all. */
  onSpan: (ms: number | null) => void;
  onZoom: (factor: number) => void;
}

/** Two lines: which time is shown and how it plays, then which events. */
export function TimelineToolbar({ view, onView, window, at, moments, filtered, onSpan, onZoom }: Props) {
  const where = useStore(zone);
  const field = useRef<HTMLInputElement>(null);
  const among = useMemo(
    () => filtered?.map(({ item }) => item.seq).sort((a, b) => a - b) ?? null,
    [filtered],
  );
  const { step, busy } = useSteps(at, { among, from: window.from });
  const { playing, setPlaying, speed, setSpeed } = usePlayer(() => step(1));
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the events", group: "Timeline", run: () => field.current?.focus() }],
      [],
    ),
  );
  const kinds = choicesOf(moments, ({ item }) => item.lane, view.kind);
  const actors = choicesOf(moments, ({ item }) => item.actor, view.actor);
  const actorName = useActorNames(actors);
  return (
    <>
      <Toolbar label="Time">
        <span className={styles.spans}>
          {SPANS.map(([label, ms]) => (
            <Button key={label} size="small" variant="quiet" onClick={() => onSpan(ms)}>
              {label}
            </Button>
          ))}
        </span>
        <span className={styles.range}>{sayWindow(window, where)}</span>
        <ToolbarSpace />
        <IconButton
          size="small"
          label="One event back"
          keys="<"
          disabled={busy && !playing}
          onClick={() => void step(-1)}
        >
          <IconChevronLeft />
        </IconButton>
        <Button
          size="small"
          icon={playing ? <IconPlayerPause /> : <IconPlayerPlay />}
          onClick={() => setPlaying(!playing)}
        >
          {playing ? "Pause" : "Play"}
        </Button>
        <IconButton
          size="small"
          label="One event on"
          keys=">"
          disabled={busy && !playing}
          onClick={() => void step(1)}
        >
          <IconChevronRight />
        </IconButton>
        <Choice
          label="Speed"
          value={String(speed)}
          options={SPEEDS.map((one) => [String(one), `${one}/s`])}
          onChange={(next) => setSpeed(Number(next))}
        />
        <IconButton size="small" label="Shorter window" keys="+" onClick={() => onZoom(0.5)}>
          <IconZoomIn />
        </IconButton>
        <IconButton size="small" label="Longer window" keys="-" onClick={() => onZoom(2)}>
          <IconZoomOut />
        </IconButton>
        <IconButton size="small" label="Fit all" keys="0" onClick={() => onSpan(null)}>
          <IconMaximize />
        </IconButton>
      </Toolbar>
      <Toolbar label="Events">
        <FilterField
          fieldRef={field}
          label="Filter events"
          placeholder="Name, entity:id, #number, who or why"
          value={view.q ?? ""}
          onChange={(q) => onView({ q: q || undefined })}
        />
        <Choice
          label="Kind"
          value={view.kind ?? ""}
          options={[["", "All kinds"], ...kinds.map((kind): [string, string] => [kind, kind])]}
          onChange={(kind) => onView({ kind: kind || undefined })}
        />
        <Choice
          label="Actor"
          value={view.actor ?? ""}
          options={[["", "Everybody"], ...actors.map((actor): [string, string] => [actor, actorName(actor)])]}
          onChange={(actor) => onView({ actor: actor || undefined })}
        />
        <ToolbarSpace />
        <span className={styles.soft}>Lanes</span>
        <Segmented
          label="Lanes"
          value={view.lanes ?? "kind"}
          options={LANES}
          onChange={(lanes) => onView({ lanes: lanes === "kind" ? undefined : lanes })}
        />
      </Toolbar>
    </>
  );
}

/** What can be chosen: what there is in the window, and what is chosen already. */
function choicesOf(
  moments: readonly Moment[],
  of: (moment: Moment) => string,
  chosen: string | undefined,
): string[] {
  return [...new Set([...moments.map(of), ...(chosen === undefined ? [] : [chosen])])].sort((a, b) =>
    a.localeCompare(b),
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      className={styles.choice}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  );
}

const DAY = 24 * HOUR;

function sayWindow({ from, to }: Span, where: Zone): string {
  const length = formatDuration((to - from) / 1000);
  if (to - from > 2 * DAY) return `${formatDate(from, where)} – ${formatDate(to, where)} · ${length}`;
  const isSameDay = formatDate(from, where) === formatDate(to, where);
  const end = isSameDay ? formatClock(to, where) : formatAbsolute(to, where);
  return `${formatAbsolute(from, where)} – ${end} · ${length}`;
}
