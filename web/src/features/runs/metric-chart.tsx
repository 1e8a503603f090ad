import { IconPin, IconPinFilled } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { queryKeys } from "@/api/query-keys";
import type { Run } from "@/api/types";
import { formatValue } from "@/lib/numbers";
import { formatDuration } from "@/lib/units";
import { IconButton } from "@/ui/button";
import { ErrorState } from "@/ui/states";
import type { Range, XAxis } from "@/ui/time-chart/model";
import { TimeChart } from "@/ui/time-chart/time-chart";
import { metricSeriesQuery } from "./api";
import { LiveMetric } from "./metric-series";
import { useCurrentRunLive } from "./run-live-context";
import styles from "./runs.module.css";

/** How all charts of a page are looked at. */
export interface ChartLook {
  axis: XAxis;
  range: Range;
  onRange: (range: Range) => void;
  smoothing: number;
  logarithmic: boolean;
}

interface Props {
  run: Run;
  name: string;
  look: ChartLook;
  isPinned: boolean;
  onPin: () => void;
}

/** One metric of a run as a chart that grows. */
export function MetricChart({ run, name, look, isPinned, onPin }: Props) {
  const live = useCurrentRunLive();
  const client = useQueryClient();
  const { axis, range } = look;
  const answer = useQuery(metricSeriesQuery(run.id, useAsOf(), name, axis, range));
  const { started_at, created_at } = run;
  const [from, to] = range ?? [null, null];
  // While another range is on its way, the points are those of the range before.
  const whole = from === null || to === null || answer.isPlaceholderData;
  const metric = useMemo(() => {
    if (!answer.data) return null;
    const view = { axis, range: whole ? null : ([from, to] as const), run: { started_at, created_at } };
    return new LiveMetric(name, answer.data.series, view, live.recent.points);
  }, [answer.data, name, axis, whole, from, to, started_at, created_at, live]);
  useEffect(() => {
    if (!metric) return;
    return live.listen({
      points: (points) => {
        const own = points.filter((point) => point.name === name);
        if (own.length > 0 && !metric.append(own))
          void client.invalidateQueries({ queryKey: [...queryKeys.runs.metrics(run.id), "series", name] });
      },
    });
  }, [metric, live, client, run.id, name]);

  if (!metric) {
    if (answer.error)
      return (
        <div className={styles.chartSpace}>
          <ErrorState what={name} error={answer.error} onRetry={() => answer.refetch()} />
        </div>
      );
    return <div className={styles.chartSpace} role="status" aria-label={`Loading ${name}`} />;
  }
  return (
    <TimeChart
      title={name}
      series={metric.series}
      syncKey={run.id}
      {...look}
      note={noteOf(metric.width, axis)}
      actions={
        <IconButton
          size="small"
          label={isPinned ? `Unpin ${name}` : `Pin ${name}`}
          aria-pressed={isPinned}
          onClick={onPin}
        >
          {isPinned ? <IconPinFilled /> : <IconPin />}
        </IconButton>
      }
    />
  );
}

function noteOf(width: number | null, axis: XAxis): string | undefined {
  if (width === null) return undefined;
  const stretch = axis === "step" ? `${formatValue(width)} steps` : formatDuration(width);
  return `1 point = ${stretch}, min/max kept`;
}

/** Its content once it comes near what is visible; until then the room it will take. */
export function WhenNear({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        setNear(true);
        observer.disconnect();
      },
      { rootMargin: "300px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return near ? children : <div ref={place} className={styles.chartSpace} />;
}
