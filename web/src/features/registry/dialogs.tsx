import { useState } from "react";
import type { Model, Stage } from "@/api/types";
import { Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import styles from "./registry.module.css";
import { STAGES } from "./stages";
import { useProtect } from "./writes";

interface TextProps {
  title: string;
  label: string;
  initial: string;
  busy: boolean;
  onClose: () => void;
  onSave: (text: string) => void;
}

/** A text that people write, such as notes. */
export function TextDialog({ title, label, initial, busy, onClose, onSave }: TextProps) {
  const [text, setText] = useState(initial);
  return (
    <Dialog title={title} opened onClose={onClose} size={640}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSave(text);
        }}
      >
        <FieldGrid>
          <TextField
            label={label}
            name="text"
            value={text}
            onChange={setText}
            rows={12}
            span={12}
            autoFocus
          />
        </FieldGrid>
        <FormActions submitLabel="Save" busy={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** Which stages of a model are entered and left by approval only. */
export function ProtectDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const [stages, setStages] = useState<readonly Stage[]>(model.protected_stages);
  const protect = useProtect(model);
  return (
    <Dialog title={`Protect stages of ${model.name}`} opened onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          protect.mutate([...stages], { onSuccess: onClose });
        }}
      >
        <p>
          A version enters and leaves a protected stage by a request that another person approves. It cannot
          be deleted there either.
        </p>
        <fieldset className={styles.choices}>
          <legend className="sr-only">Protected stages</legend>
          {STAGES.map((stage) => (
            <label key={stage}>
              <input
                type="checkbox"
                checked={stages.includes(stage)}
                onChange={(event) =>
                  setStages((old) =>
                    event.target.checked ? [...old, stage] : old.filter((other) => other !== stage),
                  )
                }
              />
              {stage}
            </label>
          ))}
        </fieldset>
        <FormActions submitLabel="Save" busy={protect.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
