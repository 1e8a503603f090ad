import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Model, ModelVersion } from "@/api/types";
import { formatMeasured, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Dialog, ReasonField } from "@/ui/dialog";
import { FieldGrid, FormActions, SelectField, TextField } from "@/ui/form";
import { Loaded, Skeleton } from "@/ui/states";
import { toast } from "@/ui/toasts";
import { type ModelKey, versionsQuery } from "./api";
import { Delta } from "./delta";
import { headline, measuresOf } from "./evaluation";
import styles from "./registry.module.css";
import { useMoveAlias } from "./writes";

interface Props {
  model: Model;
  modelKey: ModelKey;
  /** Empty: a new one. */
  alias: string;
  onClose: () => void;
}

/** Let an alias mean another version, after a look at what that affects. */
export function AliasDialog({ model, modelKey, alias, onClose }: Props) {
  const versions = useQuery(versionsQuery(modelKey, { sort: "number", order: "desc" }, 0));
  return (
    <Dialog
      title={alias === "" ? `Add an alias to ${model.name}` : `Move @${alias}`}
      opened
      onClose={onClose}
    >
      <Loaded query={versions} what="Versions" skeleton={<Skeleton rows={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p>There is no version yet that an alias could mean.</p>
          ) : (
            <AliasForm model={model} versions={items} alias={alias} onClose={onClose} />
          )
        }
      </Loaded>
    </Dialog>
  );
}

/** What the server takes as an alias. */
function problemOf(name: string): string | null {
  if (!/^[\w-]{1,255}$/.test(name)) return "letters, digits, underscores and dashes";
  if (/^(latest|v\d+)$/i.test(name)) return `“${name}” always means a version of its own`;
  return null;
}

function AliasForm({
  model,
  versions,
  alias,
  onClose,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  alias: string;
  onClose: () => void;
}) {
  const [name, setName] = useState(alias);
  const before = model.aliases[name];
  const others = versions.filter(({ number }) => number !== before);
  const [number, setNumber] = useState(String(others[0]?.number ?? ""));
  const [reason, setReason] = useState("");
  const move = useMoveAlias(model);
  const error = problemOf(name);
  const chosen = versions.find((version) => String(version.number) === number);
  const done = (title: string) => () => {
    toast({ tone: "ok", title });
    onClose();
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (error !== null || chosen === undefined) return;
        move.mutate(
          { alias: name, number: chosen.number, reason },
          { onSuccess: done(`@${name} means version ${chosen.number} now`) },
        );
      }}
    >
      <FieldGrid>
        {alias === "" && (
          <TextField
            label="Alias"
            name="alias"
            value={name}
            onChange={setName}
            error={name === "" ? null : error}
            hint="Without the @: champion"
            required
            autoFocus
            span={12}
          />
        )}
        <SelectField
          label={before === undefined ? "Version" : `Version, instead of v${before}`}
          name="version"
          value={number}
          options={(alias === "" ? versions : others).map((version) => String(version.number))}
          onChange={setNumber}
          span={12}
        />
      </FieldGrid>
      {chosen && (
        <Effects
          model={model}
          alias={name}
          before={versions.find((version) => version.number === before)}
          after={chosen}
        />
      )}
      <ReasonField value={reason} onChange={setReason} />
      {alias !== "" && (
        <Button
          variant="danger"
          size="small"
          className={styles.left}
          busy={move.isPending}
          onClick={() =>
            move.mutate({ alias, number: null, reason }, { onSuccess: done(`@${alias} was removed`) })
          }
        >
          Remove @{alias}
        </Button>
      )}
      <FormActions
        submitLabel={before === undefined ? "Set" : "Move"}
        busy={move.isPending}
        disabled={
          name === "" || error ? "Type a name for the alias" : chosen ? null : "There is no other version"
        }
        onCancel={onClose}
      />
    </form>
  );
}

/** What a move changes and what it leaves alone. */
function Effects({
  model,
  alias,
  before,
  after,
}: {
  model: Model;
  alias: string;
  before: ModelVersion | undefined;
  after: ModelVersion;
}) {
  const measure = headline(after.evaluation);
  const was = before && measuresOf(before.evaluation).find(({ name }) => name === measure?.name);
  return (
    <div className={styles.effects} role="note" aria-label="What this affects">
      <ul>
        <li>
          Whoever loads{" "}
          <code>
            models:/{model.name}@{alias || "…"}
          </code>{" "}
          gets v{after.number}, in {after.stage}, from the next load on
          {before && <>, instead of v{before.number}</>}.
        </li>
        <li>
          {model.used_by === 0
            ? "No deployment serves this model."
            : `${plural(model.used_by, "deployment")} of this model ${model.used_by === 1 ? "keeps" : "keep"} serving what ${model.used_by === 1 ? "it serves" : "they serve"}: a deployment pins its version.`}
        </li>
        {measure && (
          <li>
            {measure.name} {formatMeasured(measure.value)}
            {was && before && (
              <>
                {" "}
                <Delta name={measure.name} value={measure.value} against={was.value} /> to v{before.number}
              </>
            )}
          </li>
        )}
        {measure === null && <li>v{after.number} has no evaluation.</li>}
      </ul>
    </div>
  );
}
