import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { toApiError } from "@/api/errors";
import { type AsOf, afterEvent } from "@/lib/as-of";
import { useShortcuts } from "@/ui/shortcuts";
import { toast } from "@/ui/toasts";
import { endsQuery, neighbour, placeQuery } from "./api";

interface Options {
  /** Numbers of the events to go through, ascending; null: all of the ledger. */
  among?: readonly number[] | null;
  /** Where to begin while now is shown, in milliseconds; absent: at the last event. */
  from?: number;
}

/**
 * Going through the ledger one event at a time, by button or by `<` and `>`.
 *
 * `step` answers whether there was an event to go to.
 */
export function useSteps(
  at: AsOf,
  { among = null, from }: Options = {},
): { step: (direction: 1 | -1) => Promise<boolean>; busy: boolean } {
  const client = useQueryClient();
  const navigate = useNavigate();
  const project = useRouterState({ select: (state) => state.location.search.project });
  const [busy, setBusy] = useState(false);
  const underWay = useRef(false);
  const step = useMemo(
    () => async (direction: 1 | -1) => {
      if (underWay.current) return true; // a held key goes at the pace of the answers
      underWay.current = true;
      setBusy(true);
      try {
        const begin =
          at ?? (direction === 1 && from !== undefined ? new Date(from - 1).toISOString() : undefined);
        const here =
          begin === undefined
            ? (await client.fetchQuery({ ...endsQuery(project), staleTime: 0 })).head + 1
            : (await client.fetchQuery(placeQuery(begin))).seq;
        const next =
          among === null ? await neighbour(here, direction, project) : nearest(among, here, direction);
        if (next !== null)
          await navigate({
            to: ".",
            search: (old) => ({ ...old, at: afterEvent(next) }),
            hash: true,
            replace: true,
          });
        else
          toast({
            tone: "mute",
            title: direction === 1 ? "That was the last event" : "That was the first event",
          });
        return next !== null;
      } catch (error) {
        toast({ tone: "err", title: "The next event could not be read", detail: toApiError(error).message });
        return false;
      } finally {
        underWay.current = false;
        setBusy(false);
      }
    },
    [at, among, from, client, navigate, project],
  );
  useShortcuts(
    useMemo(
      () => [
        { keys: "<", does: "One event back", group: "Time machine", run: () => void step(-1) },
        { keys: ">", does: "One event on", group: "Time machine", run: () => void step(1) },
      ],
      [step],
    ),
  );
  return { step, busy };
}

/** The number next to another in a list that ascends. */
export function nearest(numbers: readonly number[], seq: number, direction: 1 | -1): number | null {
  const found = direction === 1 ? numbers.find((one) => one > seq) : numbers.findLast((one) => one < seq);
  return found ?? null;
}
