import { useStore } from "@/lib/store";
import { formatClock } from "@/lib/time";
import { useLive } from "@/live/context";
import { zone } from "@/ui/preferences";
import styles from "./instances.module.css";

/** Says how old the data is while the server cannot be reached. */
export function OfflineNote({ at }: { at: number }) {
  const { kind } = useStore(useLive().socket.state);
  const where = useStore(zone);
  if (kind !== "offline" || at === 0) return null;
  return (
    <p role="note" className={styles.stale}>
      The server cannot be reached. Shown as of {formatClock(at, where)}; what you type in a form is kept as a
      draft.
    </p>
  );
}
