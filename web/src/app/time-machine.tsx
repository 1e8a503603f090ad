import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { type AsOf, forDateInput, readMoment, timeOf } from "@/lib/as-of";
import { useStore } from "@/lib/store";
import { formatAbsolute, formatRelative } from "@/lib/time";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";
import { zone } from "@/ui/preferences";
import { usePresent } from "@/ui/time";
import overlays from "./overlays.module.css";
import styles from "./time-machine.module.css";
import { useGoToMoment } from "./use-go-to-moment";

const AGO = [
  ["-5m", "5 m ago"],
  ["-15m", "15 m ago"],
  ["-1h", "1 h ago"],
  ["-6h", "6 h ago"],
  ["-1d", "1 d ago"],
  ["-7d", "7 d ago"],
] as const;

/** Where the moment is chosen that the whole application shows. */
export default function TimeMachine({ onClose }: { onClose: () => void }) {
  const at = useAsOf();
  const goTo = useGoToMoment();
  const now = usePresent();
  const where = useStore(zone);
  const [typed, setTyped] = useState(at ?? "");
  const said = useId();
  const read = readMoment(typed, now, where);
  const isUntouched = typed.trim() === "";

  const show = (next: AsOf) => {
    goTo(next);
    onClose();
  };
  const preset = (text: string) => {
    const chosen = readMoment(text, Date.now(), where);
    if (chosen.kind === "moment") show(chosen.at);
  };
  const ms = read.kind === "moment" ? (read.ms ?? timeOf(read.at)) : null;
  return (
    <Dialog title="Time machine" opened onClose={onClose} size={520}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (read.kind === "moment") show(read.at);
          else if (read.kind === "now") show(undefined);
        }}
      >
        <p className={styles.soft}>
          Every page shows what was known at that moment; nothing can be changed there.
        </p>
        <label className={styles.field}>
          <span>Moment</span>
          <input
            className={overlays.input}
            placeholder="-15m · 13:22:10 · 2026-11-20 13:41 · seq:123"
            value={typed}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            aria-describedby={said}
            aria-invalid={(!isUntouched && read.kind === "wrong") || undefined}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <p
          id={said}
          role="status"
          className={styles.read}
          data-wrong={(!isUntouched && read.kind === "wrong") || undefined}
        >
          {isUntouched
            ? "So long ago, a clock, a date, or the number of an event."
            : say(read, ms, now, where)}
        </p>
        <label className={styles.field}>
          <span>Date and time{where === "UTC" ? " (UTC)" : ""}</span>
          <input
            className={overlays.input}
            type="datetime-local"
            step={1}
            max={forDateInput(now, where)}
            value={ms === null ? "" : forDateInput(ms, where)}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <fieldset className={styles.presets}>
          <legend className="sr-only">So long ago</legend>
          {AGO.map(([text, label]) => (
            <Button key={text} size="small" onClick={() => preset(text)}>
              {label}
            </Button>
          ))}
        </fieldset>
        <div className={styles.actions}>
          <Link to="/timeline" className={styles.link} onClick={onClose}>
            Find it on the timeline <Keys keys="g l" />
          </Link>
          {at !== undefined && <Button onClick={() => show(undefined)}>Return to now</Button>}
          <Button type="submit" variant="primary" disabled={read.kind === "wrong"}>
            {read.kind === "now" ? "Show now" : "Show this moment"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function say(
  read: ReturnType<typeof readMoment>,
  ms: number | null,
  now: number,
  where: "local" | "UTC",
): string {
  if (read.kind === "wrong") return read.why;
  if (read.kind === "now") return "Now, as things change.";
  if (ms === null) return "Right after this event of the ledger.";
  return `${formatAbsolute(ms, where)} · ${formatRelative(ms, now, where)}`;
}
