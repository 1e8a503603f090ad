import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useMemo, useRef } from "react";
import { useAsOf } from "@/api/as-of";
import { queryKeys } from "@/api/query-keys";
import type { Run } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { Segmented } from "@/ui/button";
import { ScrollPage } from "@/ui/page";
import { Count } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import type { Range, XAxis } from "@/ui/time-chart/model";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { metricNamesQuery, runQuery } from "./api";
import { type ChartLook, MetricChart, WhenNear } from "./metric-chart";
import { groupByPrefix, type MetricGroup } from "./metric-series";
import { useCurrentRunLive } from "./run-live-context";
import styles from "./runs.module.css";

export interface MetricsView {
  q?: string;
  x?: XAxis;
  smooth?: number;
  log?: true;
  from?: number;
  to?: number;
  /** Charts beside each other; absent: as many as there is room for. */
  cols?: number;
  /** Metrics that stand first. */
  pin?: string[];
}

interface Props {
  id: string;
  view: MetricsView;
  onView: (change: Partial<MetricsView>) => void;
}

const AXES = [
  { value: "step", label: "Step" },
  { value: "time", label: "Time" },
  { value: "relative", label: "Relative" },
] as const;
const COLUMNS = ["auto", "1", "2", "3", "4"].map((value) => ({
  value,
  label: value === "auto" ? "Auto" : value,
}));

/** Every metric of a run as a chart; all share the pointer, the axis and the range. */
export function RunMetrics({ id, view, onView }: Props) {
  const at = useAsOf();
  const run = useQuery(runQuery(id, at));
  const names = useQuery(metricNamesQuery(id, at, view.q));
  const field = useRef<HTMLInputElement>(null);
  useNewNames(
    id,
    view.q,
    names.data?.items.map((item) => item.name),
  );
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Find a metric", group: "Metrics", run: () => field.current?.focus() }],
      [],
    ),
  );
  const axis = view.x ?? "step";
  const range: Range = view.from !== undefined && view.to !== undefined ? [view.from, view.to] : null;
  const look: ChartLook = {
    axis,
    range,
    onRange: (next) => onView(next ? { from: next[0], to: next[1] } : { from: undefined, to: undefined }),
    smoothing: view.smooth ?? 0,
    logarithmic: view.log ?? false,
  };
  const pinned = view.pin ?? [];
  const onPin = (name: string) => {
    const next = pinned.includes(name) ? pinned.filter((one) => one !== name) : [...pinned, name];
    onView({ pin: next.length > 0 ? next : undefined });
  };

  return (
    <>
      <Toolbar label="Metrics">
        <FilterField
          fieldRef={field}
          label="Find metric"
          value={view.q ?? ""}
          onChange={(q) => onView({ q: q || undefined })}
        />
        <Segmented
          label="Horizontal axis"
          value={axis}
          options={AXES}
          onChange={(x) => onView({ x, from: undefined, to: undefined })}
        />
        <label className={styles.slider}>
          Smoothing
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={view.smooth ?? 0}
            onChange={(event) => onView({ smooth: Number(event.target.value) || undefined })}
          />
          <code>{(view.smooth ?? 0).toFixed(2)}</code>
        </label>
        <label className={styles.toggle}>
          <input
            type="checkbox"
            checked={view.log ?? false}
            onChange={(event) => onView({ log: event.target.checked || undefined })}
          />
          Log scale
        </label>
        <span className={styles.columns}>
          Columns
          <Segmented
            label="Columns"
            value={view.cols === undefined ? "auto" : String(view.cols)}
            options={COLUMNS}
            onChange={(cols) => onView({ cols: cols === "auto" ? undefined : Number(cols) })}
          />
        </span>
        <ToolbarSpace />
        {names.data && <Count>{plural(names.data.total, "metric")}</Count>}
      </Toolbar>
      <ScrollPage>
        <Loaded query={names} what="Metrics" skeleton={<Skeleton rows={3} height={160} />}>
          {({ items, total }) =>
            items.length === 0 ? (
              <EmptyState title={view.q ? "No metric matches" : "No metrics yet"}>
                {view.q
                  ? `No metric of this run contains “${view.q}”.`
                  : "They appear here with the first point that the run logs."}
              </EmptyState>
            ) : (
              run.data && (
                <>
                  {groups(
                    items.map((item) => item.name),
                    pinned,
                  ).map((group) => (
                    <Group
                      key={group.prefix}
                      run={run.data}
                      {...{ group, look, pinned, onPin }}
                      cols={view.cols}
                    />
                  ))}
                  {total > items.length && (
                    <p className={styles.more}>
                      {formatInteger(items.length)} of {formatInteger(total)} metrics are shown; find the
                      others by name.
                    </p>
                  )}
                </>
              )
            )
          }
        </Loaded>
      </ScrollPage>
    </>
  );
}

/** The name of the group that readers made by pinning; no metric's prefix holds a slash. */
const PINNED = "/";

function groups(names: readonly string[], pinned: readonly string[]): MetricGroup[] {
  const first = pinned.filter((name) => names.includes(name));
  const rest = groupByPrefix(names.filter((name) => !first.includes(name)));
  return first.length === 0 ? rest : [{ prefix: PINNED, names: first }, ...rest];
}

interface GroupProps {
  run: Run;
  group: MetricGroup;
  look: ChartLook;
  cols: number | undefined;
  pinned: readonly string[];
  onPin: (name: string) => void;
}

function Group({ run, group, look, cols, pinned, onPin }: GroupProps) {
  const title = group.prefix === PINNED ? "Pinned" : group.prefix || "Metrics";
  return (
    <section className={styles.group} aria-label={title}>
      <h2 className={group.prefix === "" && pinned.length === 0 ? "sr-only" : undefined}>
        {title} <Count>{group.names.length}</Count>
      </h2>
      <div
        className={styles.charts}
        data-columns={cols}
        style={cols === undefined ? undefined : ({ "--columns": cols } as CSSProperties)}
      >
        {group.names.map((name) => (
          <WhenNear key={name}>
            <MetricChart
              run={run}
              name={name}
              look={look}
              isPinned={pinned.includes(name)}
              onPin={() => onPin(name)}
            />
          </WhenNear>
        ))}
      </div>
    </section>
  );
}

/** A point of a metric that is not listed yet: read the names again. */
function useNewNames(id: string, search: string | undefined, names: readonly string[] | undefined): void {
  const live = useCurrentRunLive();
  const client = useQueryClient();
  const known = names?.join("\n");
  useEffect(() => {
    if (known === undefined) return;
    const listed = new Set(known.split("\n"));
    const look = (points: readonly { name: string }[]) => {
      if (points.every((point) => listed.has(point.name))) return;
      for (const { name } of points) listed.add(name);
      void client.invalidateQueries({ queryKey: [...queryKeys.runs.metrics(id), "names"] });
    };
    // Some may have come while the names were on their way.
    if (!search) look(live.recent.points);
    return live.listen({ points: look });
  }, [live, client, id, known, search]);
}
