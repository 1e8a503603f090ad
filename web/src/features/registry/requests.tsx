import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import type { Approval, ModelVersion } from "@/api/types";
import { Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import { RelativeTime } from "@/ui/time";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import { approvalsOfQuery } from "./api";
import styles from "./registry.module.css";
import { type Decision, useDecide } from "./writes";

/** Who looks at the page: as long as there are no accounts, the person at the machine. */
const ME = "user:local";

/** What waits for a decision about a version. */
export function Requests({ version }: { version: ModelVersion }) {
  const approvals = useQuery(approvalsOfQuery(version.id, useAsOf()));
  const waiting = approvals.data?.items.filter(({ status }) => status === "pending") ?? [];
  return waiting.map((approval) => <Request key={approval.id} approval={approval} />);
}

const WORDS: Record<Decision, { done: string; button: string }> = {
  approve: { done: "Approved, and done", button: "Approve" },
  reject: { done: "Rejected", button: "Reject" },
  withdraw: { done: "Withdrawn", button: "Withdraw" },
};

function Request({ approval }: { approval: Approval }) {
  const [deciding, setDeciding] = useState<Decision | null>(null);
  const isMine = approval.requested_by === ME;
  return (
    <section className={styles.request} aria-label={`Request: ${approval.title}`}>
      <p>
        <strong>Waits for approval:</strong> {stagesIn(approval)}
        {isArchiving(approval) && ", and what is there goes to the archive"} ·{" "}
        <ActorName reference={approval.requested_by} /> <RelativeTime time={approval.created_at} />
        {approval.request_reason && <span className={styles.why}> “{approval.request_reason}”</span>}
        {isMine && <span className={styles.soft}> · another person has to decide</span>}
      </p>
      <span className={styles.inline}>
        {isMine ? (
          <WriteButton size="small" onClick={() => setDeciding("withdraw")}>
            Withdraw…
          </WriteButton>
        ) : (
          <>
            <WriteButton size="small" variant="primary" onClick={() => setDeciding("approve")}>
              Approve…
            </WriteButton>
            <WriteButton size="small" onClick={() => setDeciding("reject")}>
              Reject…
            </WriteButton>
          </>
        )}
      </span>
      {deciding && (
        <DecisionDialog approval={approval} decision={deciding} onClose={() => setDeciding(null)} />
      )}
    </section>
  );
}

function DecisionDialog({
  approval,
  decision,
  onClose,
}: {
  approval: Approval;
  decision: Decision;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const decide = useDecide(approval);
  const words = WORDS[decision];
  const lacks = decision === "reject" && reason.trim() === "" ? "Say why, for whoever asked" : null;
  return (
    <Dialog title={`${words.button}: ${approval.title}`} opened onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate(
            { decision, reason },
            {
              onSuccess: () => toast({ tone: "ok", title: words.done, detail: approval.title }),
              onSettled: onClose,
            },
          );
        }}
      >
        {decision === "approve" && (
          <p>
            The version moves to <strong>{String(approval.arguments.stage)}</strong> at once
            {isArchiving(approval) && ", and what is there goes to the archive"}.
          </p>
        )}
        <FieldGrid>
          <TextField
            label={decision === "reject" ? "Reason" : "Reason (optional)"}
            name="reason"
            value={reason}
            onChange={setReason}
            required={decision === "reject"}
            rows={3}
            span={12}
            autoFocus
          />
        </FieldGrid>
        <FormActions
          submitLabel={words.button}
          danger={decision === "reject"}
          busy={decide.isPending}
          disabled={lacks}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function stagesIn({ arguments: { from_stage, stage } }: Approval): string {
  return `${from_stage} → ${stage}`;
}

function isArchiving({ arguments: { archive_existing } }: Approval): boolean {
  return archive_existing === true;
}
