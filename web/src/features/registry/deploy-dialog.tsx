import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ModelVersion } from "@/api/types";
import { Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, SelectField, TextField } from "@/ui/form";
import { toast } from "@/ui/toasts";
import styles from "./registry.module.css";
import { useDeploy } from "./writes";

const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MOST_REPLICAS = 64;

/** A name that addresses take, made of the model's. */
function suggestion(model: string): string {
  return model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/** Serve a version. */
export function DeployDialog({ version, onClose }: { version: ModelVersion; onClose: () => void }) {
  const [name, setName] = useState(() => suggestion(version.model));
  const [environment, setEnvironment] = useState<"staging" | "production">("staging");
  const [replicas, setReplicas] = useState("1");
  const deploy = useDeploy(version);
  const navigate = useNavigate();
  const wrongName = SLUG.test(name) ? null : "lowercase letters, digits and dashes, at most 63";
  const count = Number(replicas);
  const wrongCount =
    Number.isInteger(count) && count >= 1 && count <= MOST_REPLICAS ? null : `1 to ${MOST_REPLICAS}`;
  return (
    <Dialog title={`Deploy ${version.model} v${version.number}`} opened onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (wrongName || wrongCount) return;
          deploy.mutate(
            { name, environment, replicas: count },
            {
              onSuccess: ({ id }) => {
                toast({ tone: "ok", title: `${name} is starting` });
                void navigate({ to: "/deployments/$id/overview", params: { id } });
              },
            },
          );
        }}
      >
        <FieldGrid>
          <TextField
            label="Name"
            name="name"
            value={name}
            onChange={setName}
            error={wrongName}
            required
            autoFocus
            span={12}
          />
          <SelectField
            label="Environment"
            name="environment"
            value={environment}
            options={["staging", "production"]}
            onChange={(value) => setEnvironment(value as typeof environment)}
          />
          <TextField
            label="Replicas"
            name="replicas"
            value={replicas}
            onChange={setReplicas}
            error={wrongCount}
            numeric
          />
        </FieldGrid>
        <FormActions
          submitLabel="Deploy"
          busy={deploy.isPending}
          disabled={wrongName || wrongCount ? "Something is not right yet" : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
