import { Store, useStore } from "@/lib/store";
import { formatAbsolute, formatRelative, parseTime } from "@/lib/time";
import { formatDuration } from "@/lib/units";
import { zone } from "./preferences";

/** The present, moved on every few seconds while somebody looks. */
class Clock extends Store<number> {
  constructor() {
    super(Date.now());
    setInterval(() => {
      if (document.visibilityState === "visible") this.set(Date.now());
    }, 5000);
  }
}

let clock: Clock | null = null;

/** The moment that the page shows, in milliseconds; null: the present. Times say how far from there they lie. */
export const shownMoment = new Store<number | null>(null);

/** The present, whatever moment the page shows. */
export function usePresent(): number {
  clock ??= new Clock();
  return useStore(clock);
}

export function useNow(): number {
  const present = usePresent();
  return useStore(shownMoment) ?? present;
}

interface Props {
  time: string | null | undefined;
}

/** `14 m ago`; the title says when exactly. */
export function RelativeTime({ time }: Props) {
  const now = useNow();
  const where = useStore(zone);
  const ms = parseTime(time);
  if (ms === null) return <>—</>;
  return (
    <time dateTime={time ?? undefined} title={formatAbsolute(ms, where)}>
      {formatRelative(ms, now, where)}
    </time>
  );
}

/** `20 Nov 2026 13:41:07`; the title says how long ago. */
export function AbsoluteTime({ time, milliseconds = false }: Props & { milliseconds?: boolean }) {
  const now = useNow();
  const where = useStore(zone);
  const ms = parseTime(time);
  if (ms === null) return <>—</>;
  return (
    <time dateTime={time ?? undefined} title={formatRelative(ms, now, where)}>
      {formatAbsolute(ms, where, milliseconds)}
    </time>
  );
}

/** How long something took, or has been going on. */
export function Elapsed({
  start,
  end,
}: {
  start: string | null | undefined;
  end: string | null | undefined;
}) {
  const now = useNow();
  const began = parseTime(start);
  if (began === null) return <>—</>;
  return <>{formatDuration(Math.max(0, ((parseTime(end) ?? now) - began) / 1000))}</>;
}
