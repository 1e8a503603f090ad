import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import { pendingApprovalsQuery } from "@/api/pending-approvals";
import type { Approval, ModelVersion } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import { Count } from "@/ui/pill";
import { ErrorState } from "@/ui/states";
import { RelativeTime } from "@/ui/time";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import { approvalsOfQuery } from "./api";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";
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

/** Whether the person who looks asked for it, and so cannot decide. */
function isMine(approval: Approval): boolean {
  return approval.requested_by === ME;
}

function Request({ approval }: { approval: Approval }) {
  return (
    <section className={styles.request} aria-label={`Request: ${approval.title}`}>
      <p>
        <strong>Waits for approval:</strong> {stagesIn(approval)}
        {isArchiving(approval) && ", and what is there goes to the archive"} · <Asked approval={approval} />
      </p>
      <Decisions approval={approval} />
    </section>
  );
}

/** Who asked, when and why. */
function Asked({ approval }: { approval: Approval }) {
  return (
    <>
      <ActorName reference={approval.requested_by} /> <RelativeTime time={approval.created_at} />
      {approval.request_reason && <span className={styles.why}> “{approval.request_reason}”</span>}
      {isMine(approval) && <span className={styles.soft}> · another person has to decide</span>}
    </>
  );
}

/** How many are shown before somebody asks for all. */
const FIRST = 5;

/** All that waits for a decision in a project; nothing where nothing does. */
export function PendingRequests({ project }: { project: string | undefined }) {
  const approvals = useQuery(pendingApprovalsQuery(project, useAsOf()));
  const [all, setAll] = useState(false);
  if (approvals.error && !approvals.data)
    return (
      <ErrorState
        what="What waits for approval"
        error={approvals.error}
        onRetry={() => approvals.refetch()}
      />
    );
  const waiting = approvals.data?.items ?? [];
  if (waiting.length === 0) return null;
  return (
    <section className={styles.pending} aria-label="Waits for approval">
      <h2>
        Waits for approval <Count>{formatInteger(approvals.data?.total ?? 0)}</Count>
      </h2>
      <ul>
        {waiting.slice(0, all ? undefined : FIRST).map((approval) => (
          <li key={approval.id}>
            <p>
              <RequestLink approval={approval} /> · <Asked approval={approval} />
            </p>
            <Decisions approval={approval} />
          </li>
        ))}
      </ul>
      {!all && waiting.length > FIRST && (
        <Button size="small" className={styles.left} onClick={() => setAll(true)}>
          Show all
        </Button>
      )}
    </section>
  );
}

/** What is asked for, which leads to the version that it is about. */
function RequestLink({ approval: { title, entity_id } }: { approval: Approval }) {
  const slash = entity_id.lastIndexOf("/");
  return (
    <VersionLink modelId={entity_id.slice(0, slash)} number={Number(entity_id.slice(slash + 1))}>
      {title}
    </VersionLink>
  );
}

/** What the person who looks can do with a request. */
export function Decisions({ approval }: { approval: Approval }) {
  const [deciding, setDeciding] = useState<Decision | null>(null);
  const button = (decision: Decision, variant?: "primary") => (
    <WriteButton
      size="small"
      variant={variant}
      aria-label={`${WORDS[decision].button}… ${approval.title}`}
      onClick={() => setDeciding(decision)}
    >
      {WORDS[decision].button}…
    </WriteButton>
  );
  return (
    <span className={styles.inline}>
      {isMine(approval) ? (
        button("withdraw")
      ) : (
        <>
          {button("approve", "primary")}
          {button("reject")}
        </>
      )}
      {deciding && (
        <DecisionDialog approval={approval} decision={deciding} onClose={() => setDeciding(null)} />
      )}
    </span>
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
