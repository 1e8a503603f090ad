import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "@/lib/numbers";
import { ConfirmDialog, Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import { runsByIdQuery } from "./api";
import { RefusedDialog } from "./refused-runs";
import {
  archiveRuns,
  type ChosenRun,
  type Outcome,
  restoreRuns,
  tagRuns,
  untagRuns,
  unversioned,
} from "./run-writes";
import { useBulkWrite } from "./use-bulk-write";

export interface SelectionDialogProps {
  runs: readonly ChosenRun[];
  onClose: () => void;
  /** These are still selected: the others are done. */
  onLeft: (ids: readonly string[]) => void;
}

export function TagDialog({ runs, onClose, onLeft }: SelectionDialogProps) {
  const client = useQueryClient();
  const [chosen] = useState(runs);
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const { run, doneCount, outcome } = useBulkWrite(onClose, onLeft);
  const ids = chosen.map(({ id }) => id);
  const name = key.trim();
  const before = new Map<string, string | null>();
  const write = async (each: () => void): Promise<Outcome> => {
    const known = await client.fetchQuery(runsByIdQuery(ids, [`tags.${name}`]));
    for (const { id, tags } of known) before.set(id, tags[name] ?? null);
    return tagRuns(chosen, name, value, each);
  };
  const undo = (done: readonly string[]) =>
    untagRuns(name, new Map(done.map((id) => [id, before.get(id) ?? null])));
  if (outcome) return <RefusedDialog outcome={outcome} did="tagged" onClose={onClose} />;
  return (
    <Dialog title={`Tag ${plural(chosen.length, "run")}`} opened onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run({ write, undo, did: `tagged ${name}` }, (refused) => (refused.length > 0 ? refused : ids));
        }}
      >
        <FieldGrid>
          <TextField label="Key" name="key" value={key} onChange={setKey} required autoFocus />
          <TextField label="Value" name="value" value={value} onChange={setValue} />
        </FieldGrid>
        <FormActions
          submitLabel={doneCount === null ? "Tag" : `${doneCount} of ${chosen.length}`}
          busy={doneCount !== null}
          disabled={name === "" ? "A tag needs a key" : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

export function ArchiveDialog({ runs, onClose, onLeft }: SelectionDialogProps) {
  const [chosen] = useState(runs);
  const { run, doneCount, outcome } = useBulkWrite(onClose, onLeft);
  if (outcome) return <RefusedDialog outcome={outcome} did="archived" onClose={onClose} />;
  const archive = () =>
    run(
      {
        write: (each) => archiveRuns(chosen, each),
        undo: (done) => restoreRuns(unversioned(done)),
        did: "archived",
      },
      (refused) => refused,
    );
  return (
    <ConfirmDialog
      title={`Archive ${plural(chosen.length, "run")}?`}
      opened
      onClose={onClose}
      confirmLabel={doneCount === null ? "Archive" : `${doneCount} of ${chosen.length}`}
      busy={doneCount !== null}
      onConfirm={() => void archive()}
    >
      <p>
        {chosen.length === 1 ? "It leaves" : "They leave"} this list and can no longer be written to. Metrics,
        logs and artifacts stay, and so does the history; “Archived” shows them, and restores them.
      </p>
    </ConfirmDialog>
  );
}

export function RestoreDialog({ runs, onClose, onLeft }: SelectionDialogProps) {
  const [chosen] = useState(runs);
  const { run, doneCount, outcome } = useBulkWrite(onClose, onLeft);
  if (outcome) return <RefusedDialog outcome={outcome} did="restored" onClose={onClose} />;
  const restore = () =>
    run(
      {
        write: (each) => restoreRuns(chosen, each),
        undo: (done) => archiveRuns(unversioned(done)),
        did: "restored",
      },
      (refused) => refused,
    );
  return (
    <ConfirmDialog
      title={`Restore ${plural(chosen.length, "run")}?`}
      opened
      onClose={onClose}
      confirmLabel={doneCount === null ? "Restore" : `${doneCount} of ${chosen.length}`}
      busy={doneCount !== null}
      onConfirm={() => void restore()}
    >
      <p>
        {chosen.length === 1 ? "It comes" : "They come"} back to the list of runs in use, and can be written
        to again.
      </p>
    </ConfirmDialog>
  );
}
