import { useState } from "react";
import type { Model, ModelVersion, Stage } from "@/api/types";
import { Segmented } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import { toast } from "@/ui/toasts";
import styles from "./registry.module.css";
import { needsApproval, STAGES } from "./stages";
import { useRequestTransition, useTransition } from "./writes";

interface Props {
  version: ModelVersion;
  model: Model;
  onClose: () => void;
}

/** Where a version usually goes from its stage. */
const NEXT: Record<Stage, Stage> = {
  draft: "staging",
  staging: "production",
  production: "archived",
  archived: "draft",
};

/** Move a version to another stage, or ask another person to approve it. */
export function TransitionDialog({ version, model, onClose }: Props) {
  const [stage, setStage] = useState<Stage>(NEXT[version.stage]);
  const [archiveExisting, setArchiveExisting] = useState(true);
  const [asks, setAsks] = useState(false);
  const [reason, setReason] = useState("");
  const move = useTransition(version);
  const request = useRequestTransition(version);
  const isGuarded = needsApproval(model, version.stage, stage);
  const isRequest = isGuarded || asks;
  const there = stage === "staging" || stage === "production" ? model.stages[stage] : undefined;
  const canArchive = there !== undefined && there !== version.number;
  const wanted = { stage, archiveExisting: canArchive && archiveExisting, reason };
  const done = (title: string) => () => {
    toast({ tone: "ok", title });
    onClose();
  };
  return (
    <Dialog title={`Move ${version.model} v${version.number}`} opened onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isRequest)
            request.mutate(wanted, { onSuccess: done("Requested: another person has to approve it") });
          else move.mutate(wanted, { onSuccess: done(`v${version.number} is in ${stage} now`) });
        }}
      >
        <div>
          <p className={styles.label}>
            From <strong>{version.stage}</strong> to
          </p>
          <Segmented
            label="Stage"
            value={stage}
            options={STAGES.filter((each) => each !== version.stage).map((each) => ({
              value: each,
              label: each,
            }))}
            onChange={setStage}
          />
        </div>
        {canArchive && (
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={archiveExisting}
              onChange={(event) => setArchiveExisting(event.target.checked)}
            />
            It takes the place of v{there}: what is in {stage} goes to the archive
          </label>
        )}
        {isGuarded ? (
          <p className={styles.effects} role="note">
            This model protects {model.protected_stages.join(" and ")}: another person has to approve the
            move.
          </p>
        ) : (
          <label className={styles.check}>
            <input type="checkbox" checked={asks} onChange={(event) => setAsks(event.target.checked)} />
            Let another person approve it first
          </label>
        )}
        <p className={styles.soft}>
          Deployments and aliases stay as they are: a stage says how far a version may be trusted.
        </p>
        <FieldGrid>
          <TextField
            label="Reason (optional, stands in the history)"
            name="reason"
            value={reason}
            onChange={setReason}
            rows={2}
            span={12}
          />
        </FieldGrid>
        <FormActions
          submitLabel={isRequest ? "Request transition" : `Move to ${stage}`}
          busy={move.isPending || request.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
