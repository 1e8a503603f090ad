import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RunSummary } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FormActions } from "@/ui/form";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { runsByIdQuery } from "./api";
import { RefusedDialog, type RefusedRun, RefusedRuns } from "./refused-runs";
import { stopRuns } from "./run-writes";
import type { SelectionDialogProps } from "./selection-dialogs";
import styles from "./selection-dialogs.module.css";
import { useBulkWrite } from "./use-bulk-write";

/** Asks for the end of those selected runs that a job drives; says of the others why they cannot be stopped. */
export function StopDialog({ runs, onClose, onLeft }: SelectionDialogProps) {
  const [ids] = useState(() => runs.map(({ id }) => id));
  // How they are now decides, not how the list showed them; asked once, so that the dialog stays as it was read.
  const found = useQuery({ ...runsByIdQuery(ids), staleTime: "static", gcTime: 0 });
  const { run, doneCount, outcome } = useBulkWrite(onClose, onLeft);
  if (outcome) return <RefusedDialog outcome={outcome} did="stopped" onClose={onClose} />;
  const stoppable = (found.data ?? []).flatMap(({ id, job_id, status }) =>
    job_id !== null && isActive(status) ? [{ id, version: undefined, jobId: job_id }] : [],
  );
  const others = (found.data ?? []).flatMap(refusal);
  const stop = () =>
    run({ write: (each) => stopRuns(stoppable, each), did: "asked to stop" }, (refused) => [
      ...refused,
      ...others.map(({ id }) => id),
    ]);
  const count = plural(stoppable.length, "run");
  return (
    <Dialog
      title={found.data && stoppable.length === 0 ? "None of them can be stopped" : `Stop ${count}?`}
      opened
      onClose={onClose}
    >
      {found.error ? (
        <ErrorState what="The selected runs" error={found.error} onRetry={() => found.refetch()} />
      ) : !found.data ? (
        <Late>
          <Skeleton rows={3} />
        </Late>
      ) : (
        <form
          className={styles.stack}
          onSubmit={(event) => {
            event.preventDefault();
            void stop();
          }}
        >
          {stoppable.length > 0 && (
            <p>
              The processes are asked to end and are killed if they do not. What was logged stays, and each
              run can be retried.
            </p>
          )}
          {others.length > 0 && (
            <>
              <p>
                {others.length === 1
                  ? "One is left as it is and stays selected:"
                  : `${formatInteger(others.length)} are left as they are and stay selected:`}
              </p>
              <RefusedRuns runs={others} />
            </>
          )}
          {stoppable.length === 0 ? (
            <div className={styles.actions}>
              <Button onClick={onClose} data-autofocus>
                Close
              </Button>
            </div>
          ) : (
            <FormActions
              submitLabel={doneCount === null ? `Stop ${count}` : `${doneCount} of ${stoppable.length}`}
              danger
              busy={doneCount !== null}
              onCancel={onClose}
            />
          )}
        </form>
      )}
    </Dialog>
  );
}

function isActive(status: RunSummary["status"]): boolean {
  return status === "running" || status === "queued";
}

/** Why a run cannot be stopped from here; nothing: it can. */
function refusal({ id, name, status, job_id }: RunSummary): RefusedRun[] {
  if (!isActive(status)) return [{ id, name, why: `It has ended: ${status}.` }];
  if (job_id === null)
    return [{ id, name, why: "No job of the Studio drives it: stop it where it was started." }];
  return [];
}
