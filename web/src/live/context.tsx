import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { AsOf } from "@/lib/as-of";
import { AppLive } from "./app-live";
import { RunLive } from "./run-live";

const LiveContext = createContext<AppLive | null>(null);

/** Opens the app's socket while the page lives. */
export function LiveProvider({ live, children }: { live: AppLive; children: ReactNode }) {
  useEffect(() => {
    const changed = () => live.socket.networkChanged();
    live.start();
    window.addEventListener("online", changed);
    window.addEventListener("offline", changed);
    return () => {
      window.removeEventListener("online", changed);
      window.removeEventListener("offline", changed);
      live.stop();
    };
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The app's socket. */
export function useLive(): AppLive {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive stands outside of LiveProvider");
  return live;
}

/**
 * A run's socket, open while the component is mounted and `wanted`. What came to the present does not belong to the
 * past: each moment has one of its own.
 */
export function useRunLive(runId: string, wanted: boolean, at: AsOf): RunLive {
  const { world } = useLive();
  const [entry, setEntry] = useState(() => ({ runId, at, live: new RunLive(runId, world) }));
  if (entry.runId !== runId || entry.at !== at) setEntry({ runId, at, live: new RunLive(runId, world) });
  const { live } = entry;
  useEffect(() => {
    if (!wanted) return;
    live.socket.start();
    return () => live.socket.stop();
  }, [live, wanted]);
  return live;
}

export { AppLive };
