import { useEffect, useState } from "react";
import { useStore } from "@/lib/store";
import { useLive } from "@/live/context";
import type { ConnectionState } from "@/live/resilient-socket";
import styles from "./shell.module.css";

/** How fresh the page is: live, reconnecting, or offline. */
export function ConnectionBadge() {
  const { socket } = useLive();
  const state = useStore(socket.state);
  const { word, tone, why } = say(state);
  return (
    <span className={styles.badge} data-tone={tone} title={why}>
      <span role="status" data-testid="ws-status" data-state={state.kind}>
        <span className={styles.badgeDot} aria-hidden="true" />
        {word}
      </span>
      {state.kind === "reconnecting" && <Countdown until={state.retryAt} />}
      {state.kind === "offline" && (
        <button type="button" className={styles.retry} onClick={() => socket.retryNow()}>
          Retry
        </button>
      )}
    </span>
  );
}

/** Seconds to the next try. Not announced: the change of state was. */
function Countdown({ until }: { until: number }) {
  const [left, setLeft] = useState(() => secondsTo(until));
  useEffect(() => {
    setLeft(secondsTo(until));
    const timer = setInterval(() => setLeft(secondsTo(until)), 500);
    return () => clearInterval(timer);
  }, [until]);
  return left > 0 ? <span aria-hidden="true">{left} s</span> : null;
}

function secondsTo(time: number): number {
  return Math.max(0, Math.ceil((time - Date.now()) / 1000));
}

function say(state: ConnectionState): { word: string; tone: "ok" | "warn" | "err" | "mute"; why: string } {
  switch (state.kind) {
    case "live":
      return { word: "Live", tone: "ok", why: "Changes appear as they happen." };
    case "connecting":
      return { word: "Connecting…", tone: "mute", why: "Opening the live connection." };
    case "reconnecting":
      return state.sockets === "never worked"
        ? { word: "Polling", tone: "warn", why: "Live updates do not get through; the page asks every 10 s." }
        : {
            word: "Reconnecting…",
            tone: "warn",
            why: "The live connection was lost. What is missed is fetched when it is back.",
          };
    case "offline":
      return { word: "Offline", tone: "err", why: "The server cannot be reached. What you see may be old." };
    case "refused":
      return { word: "Not signed in", tone: "err", why: "The server refused the live connection." };
  }
}
