import { IconPackageExport } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import { runModelsQuery } from "@/api/run-models";
import type { ModelVersion, Run, RunModels } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { Dialog } from "@/ui/dialog";
import { ErrorSummary, FieldGrid, FormActions, TextField } from "@/ui/form";
import { Loaded, Skeleton } from "@/ui/states";
import { WriteButton } from "@/ui/write-button";
import { modelFoldersQuery, modelNamesQuery, type Registrable, register } from "./register-api";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";

/** Makes a model that a run left behind a version in the registry. */
export function RegisterRun({ run }: { run: Run }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <WriteButton icon={<IconPackageExport />} onClick={() => setAsked(true)}>
        Register…
      </WriteButton>
      {asked && <RegisterDialog run={run} onClose={() => setAsked(false)} />}
    </>
  );
}

interface DialogProps {
  run: Run;
  onClose: () => void;
}

function RegisterDialog({ run, onClose }: DialogProps) {
  const models = useQuery(runModelsQuery(run.id, undefined));
  const folders = useQuery(modelFoldersQuery(run.id));
  const [made, setMade] = useState<ModelVersion | null>(null);
  return (
    <Dialog title={`Register a model of ${run.name}`} opened onClose={onClose} size={560}>
      {made ? (
        <Registered version={made} onClose={onClose} />
      ) : (
        <Loaded query={models} what="Models of the run" skeleton={<Skeleton rows={4} />}>
          {(logged) => (
            <Loaded query={folders} what="Files of the run" skeleton={<Skeleton rows={4} />}>
              {(paths) => (
                <RegisterForm
                  run={run}
                  offered={offeredOf(logged, paths)}
                  onMade={setMade}
                  onClose={onClose}
                />
              )}
            </Loaded>
          )}
        </Loaded>
      )}
    </Dialog>
  );
}

interface Offered {
  what: Registrable;
  label: string;
  note: string;
}

/** What can be registered: the logged models first, the newest of them before all. */
function offeredOf({ items }: RunModels, folders: readonly string[]): Offered[] {
  return [
    ...items.map(({ id, name, step }) => ({
      what: { kind: "logged-model" as const, id, name },
      label: name,
      note: step === null || step === 0 ? "logged model" : `logged model at step ${formatInteger(step)}`,
    })),
    ...folders.map((path) => ({
      what: { kind: "folder" as const, path },
      label: path === "" ? "The run's own files" : `${path}/`,
      note: "model folder among the run's files",
    })),
  ];
}

interface FormProps extends DialogProps {
  offered: readonly Offered[];
  onMade: (version: ModelVersion) => void;
}

function RegisterForm({ run, offered, onMade, onClose }: FormProps) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(0);
  const [model, setModel] = useState("");
  const [notes, setNotes] = useState("");
  const [step, setStep] = useState("");
  const name = model.trim();
  const known = useQuery(modelNamesQuery(run.project, name));
  const existing = known.data?.items.find((found) => found.name === name);
  const write = useMutation({
    mutationFn: (what: Registrable) => register({ run, what, model: name, notes }, setStep),
    onSuccess: onMade,
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.registry.all }),
  });
  const what = offered[chosen]?.what;
  if (what === undefined) return <NothingLogged run={run} onClose={onClose} />;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate(what);
      }}
    >
      <ErrorSummary
        problems={write.error ? [{ field: "model", message: toApiError(write.error).message }] : []}
      />
      <fieldset className={styles.choices}>
        <legend className={styles.label}>What is registered</legend>
        {offered.map(({ label, note }, index) => (
          <label key={`${note} ${label}`}>
            <input type="radio" name="what" checked={index === chosen} onChange={() => setChosen(index)} />
            <span>
              {label} <span className={styles.soft}>{note}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <FieldGrid>
        <TextField
          label="Model"
          name="model"
          value={model}
          onChange={setModel}
          suggestions={known.data?.items.map((found) => found.name)}
          hint={hintOf(name, existing)}
          required
          span={12}
          autoFocus
        />
        <TextField
          label="Notes (optional)"
          name="notes"
          value={notes}
          onChange={setNotes}
          rows={3}
          span={12}
        />
      </FieldGrid>
      <FormActions
        submitLabel={write.isPending ? step : "Register"}
        busy={write.isPending}
        disabled={name === "" ? "Name the model" : null}
        onCancel={onClose}
      />
    </form>
  );
}

function hintOf(name: string, existing: { last_number: number } | undefined): string {
  if (name === "") return "The name of a model that there is, or of a new one.";
  return existing ? `It becomes version ${existing.last_number + 1}.` : "A new model: it becomes version 1.";
}

function NothingLogged({ run, onClose }: DialogProps) {
  return (
    <div className={styles.form}>
      <p>
        This run has logged no model, and none of the folders at the root of its files holds an MLmodel file.
      </p>
      <CodeBlock
        label="Log one into this run"
        code={`with mlflow.start_run(run_id="${run.id}"):\n    mlflow.sklearn.log_model(model, name="model")`}
      />
      <Button className={styles.end} onClick={onClose} data-autofocus>
        Close
      </Button>
    </div>
  );
}

function Registered({ version, onClose }: { version: ModelVersion; onClose: () => void }) {
  return (
    <div className={styles.form}>
      <p role="status">
        Registered as{" "}
        <VersionLink modelId={version.model_id} number={version.number}>
          {version.model} v{version.number}
        </VersionLink>
        . It is a draft: its page moves it to a stage and deploys it, the page of the model gives it an alias.
      </p>
      <Button className={styles.end} onClick={onClose} data-autofocus>
        Close
      </Button>
    </div>
  );
}
