import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { useAsOf } from "@/api/as-of";
import { queryKeys } from "@/api/query-keys";
import { readAgain } from "@/api/read-again";
import { useRunLive } from "@/live/context";
import type { RunLive } from "@/live/run-live";
import { isActive, runQuery } from "./api";

const RunLiveContext = createContext<RunLive | null>(null);

/** One socket for all tabs of a run. */
export function RunLiveProvider({ runId, children }: { runId: string; children: ReactNode }) {
  const at = useAsOf();
  const run = useQuery(runQuery(runId, at));
  // The run comes first: its state says whether anything can have come before the socket is open. To the past nothing
  // is added any more.
  const live = useRunLive(runId, run.data !== undefined && at === undefined, at);
  useFreshAnswers(runId, live);
  return <RunLiveContext value={live}>{children}</RunLiveContext>;
}

export function useCurrentRunLive(): RunLive {
  const live = useContext(RunLiveContext);
  if (!live) throw new Error("useCurrentRunLive stands outside of RunLiveProvider");
  return live;
}

/** Read again what the socket cannot bring up to date: after a change of status, and where messages were missed. */
function useFreshAnswers(runId: string, live: RunLive): void {
  const client = useQueryClient();
  useEffect(() => {
    const { detail, metrics, logs } = queryKeys.runs;
    const stopStatus = live.status.subscribe(() => readAgain(client, detail(runId)));
    const stopGaps = live.listen({
      gap: (stream, why) => {
        // An ended run's answers are whole, whenever they were made.
        if (why === "fresh" && !isActive(client.getQueryData(runQuery(runId, undefined).queryKey))) return;
        if (stream === "ledger") readAgain(client, detail(runId));
        else readAgain(client, stream === "metric" ? metrics(runId) : logs(runId));
      },
    });
    return () => {
      stopStatus();
      stopGaps();
    };
  }, [runId, live, client]);
}
