import { IconArchive, IconColumns2, IconTag, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { formatInteger, plural } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import buttons from "@/ui/button.module.css";
import { ConfirmDialog, Dialog } from "@/ui/dialog";
import { FieldGrid, FormActions, TextField } from "@/ui/form";
import { useShortcuts } from "@/ui/shortcuts";
import { toast } from "@/ui/toasts";
import { useOpen } from "@/ui/use-open";
import { WriteButton } from "@/ui/write-button";
import styles from "./experiments.module.css";
import { archiveRuns, type ChosenRun, type Outcome, readRunsAgain, restoreRuns, tagRuns } from "./run-writes";

/** So many runs can be put beside each other. */
export const MOST_COMPARED = 50;

interface Props {
  runs: readonly ChosenRun[];
  onSelect: (ids: readonly string[]) => void;
}

/** What can be done with the selected runs. */
export function SelectionBar({ runs, onSelect }: Props) {
  const [asked, setAsked] = useState<"tag" | "archive" | null>(null);
  const comparable = runs.length >= 2 && runs.length <= MOST_COMPARED;
  const ids = runs.map(({ id }) => id).join(",");
  const open = useOpen();
  useShortcuts(
    useMemo(
      () => [
        {
          keys: "shift+c",
          does: "Compare the selected runs",
          group: "List",
          run: () => comparable && open({ to: "/compare", search: { runs: ids.split(",") } }, false),
        },
      ],
      [comparable, ids, open],
    ),
  );
  return (
    <>
      <span role="status" className={styles.selected}>
        {formatInteger(runs.length)} selected
      </span>
      {comparable && (
        <Link to="/compare" search={{ runs: runs.map(({ id }) => id) }} className={buttons.button}>
          <IconColumns2 /> Compare
        </Link>
      )}
      <WriteButton icon={<IconTag />} onClick={() => setAsked("tag")}>
        Tag…
      </WriteButton>
      <WriteButton icon={<IconArchive />} onClick={() => setAsked("archive")}>
        Archive…
      </WriteButton>
      <IconButton label="Clear the selection" onClick={() => onSelect([])}>
        <IconX />
      </IconButton>
      {asked === "tag" && <TagDialog runs={runs} onClose={() => setAsked(null)} onLeft={onSelect} />}
      {asked === "archive" && <ArchiveDialog runs={runs} onClose={() => setAsked(null)} onLeft={onSelect} />}
    </>
  );
}

interface DialogProps {
  runs: readonly ChosenRun[];
  onClose: () => void;
  /** These are still selected: the others are done. */
  onLeft: (ids: readonly string[]) => void;
}

function TagDialog({ runs, onClose, onLeft }: DialogProps) {
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const [done, setDone] = useState<number | null>(null);
  const save = async () => {
    setDone(0);
    const outcome = await tagRuns(runs, key.trim(), value, () => setDone((old) => (old ?? 0) + 1));
    await readRunsAgain(client);
    tell(outcome, `${plural(outcome.done.length, "run")} tagged ${key.trim()}`);
    onLeft(outcome.failed.size > 0 ? [...outcome.failed.keys()] : runs.map(({ id }) => id));
    onClose();
  };
  return (
    <Dialog title={`Tag ${plural(runs.length, "run")}`} opened onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <FieldGrid>
          <TextField label="Key" name="key" value={key} onChange={setKey} required autoFocus />
          <TextField label="Value" name="value" value={value} onChange={setValue} />
        </FieldGrid>
        <FormActions
          submitLabel={done === null ? "Tag" : `${done} of ${runs.length}`}
          busy={done !== null}
          disabled={key.trim() === "" ? "A tag needs a key" : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function ArchiveDialog({ runs, onClose, onLeft }: DialogProps) {
  const client = useQueryClient();
  const [done, setDone] = useState<number | null>(null);
  const archive = async () => {
    setDone(0);
    const outcome = await archiveRuns(runs, () => setDone((old) => (old ?? 0) + 1));
    await readRunsAgain(client);
    const undo = async () => {
      const back = await restoreRuns(outcome.done);
      await readRunsAgain(client);
      tell(back, `${plural(back.done.length, "run")} restored`);
    };
    tell(outcome, `${plural(outcome.done.length, "run")} archived`, () => void undo());
    onLeft([...outcome.failed.keys()]);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Archive ${plural(runs.length, "run")}?`}
      opened
      onClose={onClose}
      confirmLabel={done === null ? "Archive" : `${done} of ${runs.length}`}
      busy={done !== null}
      onConfirm={() => void archive()}
    >
      <p>
        {runs.length === 1 ? "It leaves" : "They leave"} this list and can no longer be written to. Metrics,
        logs and artifacts stay, and so does the history; archived runs can be restored.
      </p>
    </ConfirmDialog>
  );
}

/** Say what was done, and why the rest was not. */
function tell({ done, failed }: Outcome, title: string, undo?: () => void): void {
  if (done.length > 0)
    toast({ tone: "ok", title, actions: undo && [{ label: "Undo", run: undo, keys: "z" }] });
  const [error] = failed.values();
  if (error)
    toast({ tone: "err", title: `${plural(failed.size, "run")} not changed`, detail: error.message, error });
}
