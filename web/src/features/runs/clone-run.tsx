import { IconCopyPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, unwrap, writeHeaders } from "@/api/client";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { Job, Run } from "@/api/types";
import { CodeBlock } from "@/ui/code-block";
import { Dialog } from "@/ui/dialog";
import { ErrorSummary, FieldGrid, FormActions, TextField } from "@/ui/form";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import styles from "./runs.module.css";

interface Props {
  run: Run;
  job: Job;
}

/** Starts what a job runs once more, as a new run. */
export function CloneButton(props: Props) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <WriteButton icon={<IconCopyPlus />} onClick={() => setAsked(true)}>
        Clone…
      </WriteButton>
      {asked && <CloneDialog {...props} onClose={() => setAsked(false)} />}
    </>
  );
}

function CloneDialog({ run, job, onClose }: Props & { onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const client = useQueryClient();
  const navigate = useNavigate();
  const clone = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/training/jobs/{id}/clone", {
          params: { path: { id: job.id }, header: writeHeaders() },
          body: { name: name.trim() },
        }),
      ),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: queryKeys.experiments.all });
      toast({ tone: "ok", title: `${made.name} starts as a new run` });
      onClose();
      await navigate({ to: "/runs/$id/overview", params: { id: made.run_id } });
    },
  });
  const problems = clone.error ? [{ field: "name", message: toApiError(clone.error).message }] : [];
  return (
    <Dialog title={`Clone ${run.name}`} opened onClose={onClose} size={560}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          clone.mutate();
        }}
      >
        <ErrorSummary problems={problems} />
        <p>The same program starts with the same parameters, as a new run of the same experiment.</p>
        <CodeBlock label={job.recipe ? `recipe ${job.recipe}` : "program"} code={job.argv.join(" ")} />
        <FieldGrid>
          <TextField
            label="Name of the new run"
            name="name"
            value={name}
            onChange={setName}
            required
            span={12}
            autoFocus
          />
        </FieldGrid>
        <FormActions
          submitLabel="Start the clone"
          busy={clone.isPending}
          disabled={name.trim() === "" ? "A run needs a name" : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
