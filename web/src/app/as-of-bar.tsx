import { IconChevronLeft, IconChevronRight, IconClockPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { placeQuery } from "@/features/timeline/api";
import { useSteps } from "@/features/timeline/steps";
import { isMoment, seqOf } from "@/lib/as-of";
import { formatInteger } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { formatAbsolute, formatRelative } from "@/lib/time";
import { Button, IconButton } from "@/ui/button";
import { zone } from "@/ui/preferences";
import { shownMoment, usePresent } from "@/ui/time";
import styles from "./as-of-bar.module.css";
import { overlay } from "./overlays";
import { useGoToMoment } from "./use-go-to-moment";

/** What a page that shows the past says above everything else. */
export default function AsOfBar({ at }: { at: string }) {
  const goTo = useGoToMoment();
  const { step, busy } = useSteps(at);
  const known = isMoment(at);
  const place = useQuery({ ...placeQuery(at), enabled: known });
  const ms = place.data?.ms ?? null;
  useEffect(() => {
    shownMoment.set(ms);
    return () => shownMoment.set(null);
  }, [ms]);
  return (
    <section className={styles.bar} aria-label="Time machine">
      <IconClockPause size={16} aria-hidden="true" />
      <p role="status" className={styles.words}>
        {known ? (
          <Words at={at} ms={ms} refused={place.error !== null} />
        ) : (
          `“${at}” is no moment, so nothing is shown`
        )}
      </p>
      {known && (
        <span className={styles.steps}>
          <IconButton size="small" label="One event back" keys="<" disabled={busy} onClick={() => step(-1)}>
            <IconChevronLeft />
          </IconButton>
          <IconButton size="small" label="One event on" keys=">" disabled={busy} onClick={() => step(1)}>
            <IconChevronRight />
          </IconButton>
        </span>
      )}
      <Button size="small" onClick={() => overlay.set("time-machine")}>
        Another moment
      </Button>
      <Button size="small" onClick={() => goTo(undefined)}>
        Return to now
      </Button>
    </section>
  );
}

function Words({ at, ms, refused }: { at: string; ms: number | null; refused: boolean }) {
  const present = usePresent();
  const where = useStore(zone);
  const seq = seqOf(at);
  if (refused) return <>This moment cannot be shown: {seq === null ? at : `event ${formatInteger(seq)}`}</>;
  const time = ms === null ? null : formatAbsolute(ms, where);
  const parts = [
    seq === null ? (time ?? "…") : `event ${formatInteger(seq)}${time ? `, ${time}` : ""}`,
    ...(ms === null ? [] : [formatRelative(ms, present, where)]),
    "read-only",
  ];
  return <>Showing {parts.join(" · ")}</>;
}
