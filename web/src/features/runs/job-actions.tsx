import { IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap, writeHeaders } from "@/api/client";
import { sendMerging } from "@/api/conflicts";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { Job, Run } from "@/api/types";
import { ConfirmDialog } from "@/ui/dialog";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import { jobQuery } from "./api";

type Verb = "stop" | "retry";

/** Fields of a job that decide whether a verb is still what was meant. */
const GROUNDS: Record<Verb, readonly string[]> = { stop: ["stopping"], retry: ["status"] };

/** Order a job's end, or another attempt. */
function useJobVerb(run: Run, verb: Verb) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (job: Job) => {
      const key = writeHeaders()["idempotency-key"];
      return sendMerging(job.version, GROUNDS[verb], (version) => {
        // Based on another version it is another request, which needs a key of its own.
        const suffix = version === job.version ? "" : `-${version}`;
        const header = { "if-match": `"${version}"`, "idempotency-key": `${key}${suffix}` };
        const params = { path: { id: job.id }, header };
        return unwrap(
          verb === "stop"
            ? api.POST("/api/training/jobs/{id}/stop", { params })
            : api.POST("/api/training/jobs/{id}/retry", { params }),
        );
      });
    },
    onSettled: (_, __, job) => {
      void client.invalidateQueries({ queryKey: jobQuery(job.id, undefined).queryKey });
      void client.invalidateQueries({ queryKey: queryKeys.runs.detail(run.id) });
    },
  });
}

/** Stop while the job goes on, Retry once it has failed or was stopped. */
export function JobActions({ run, job }: { run: Run; job: Job }) {
  if (job.status === "failed" || job.status === "cancelled") return <RetryButton run={run} job={job} />;
  return job.status === "completed" ? null : <StopButton run={run} job={job} />;
}

function StopButton({ run, job }: { run: Run; job: Job }) {
  const [asking, setAsking] = useState(false);
  const stop = useJobVerb(run, "stop");
  const isStopping = job.stopping !== null;
  const confirm = () =>
    stop.mutate(job, {
      onSettled: () => setAsking(false),
      onError: (error) => tellFailure(`${run.name} was not stopped`, error, () => setAsking(true)),
    });
  return (
    <>
      <WriteButton
        icon={<IconPlayerStop />}
        busy={stop.isPending || isStopping}
        title={isStopping ? "Its processes were asked to end" : undefined}
        onClick={() => setAsking(true)}
      >
        {isStopping ? "Stopping…" : "Stop"}
      </WriteButton>
      <ConfirmDialog
        title={`Stop ${run.name}?`}
        opened={asking}
        onClose={() => setAsking(false)}
        confirmLabel="Stop the run"
        danger
        busy={stop.isPending}
        onConfirm={confirm}
      >
        Its processes are asked to end and are killed if they do not. What it has logged stays, and it can be
        retried.
      </ConfirmDialog>
    </>
  );
}

function RetryButton({ run, job }: { run: Run; job: Job }) {
  const retry = useJobVerb(run, "retry");
  return (
    <WriteButton
      icon={<IconRefresh />}
      busy={retry.isPending}
      onClick={() =>
        retry.mutate(job, {
          onSuccess: () =>
            toast({
              tone: "ok",
              title: `${run.name} starts again`,
              detail: `Attempt ${job.attempts.length + 1}`,
            }),
          onError: (error) => tellFailure(`${run.name} was not retried`, error, () => retry.mutate(job)),
        })
      }
    >
      Retry
    </WriteButton>
  );
}

function tellFailure(title: string, error: Error, again: () => void): void {
  const failure = toApiError(error);
  toast({
    tone: "err",
    title,
    detail: failure.message,
    actions: failure.isTransient ? [{ label: "Retry", run: again }] : undefined,
  });
}
