import {
  IconArchive,
  IconArchiveOff,
  IconColumns2,
  IconPlayerStop,
  IconTag,
  IconX,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ComponentType, useMemo, useState } from "react";
import { formatInteger } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import buttons from "@/ui/button.module.css";
import { useShortcuts } from "@/ui/shortcuts";
import { useOpen } from "@/ui/use-open";
import { WriteButton } from "@/ui/write-button";
import styles from "./experiments.module.css";
import type { ChosenRun } from "./run-writes";
import { ArchiveDialog, RestoreDialog, type SelectionDialogProps, TagDialog } from "./selection-dialogs";
import { StopDialog } from "./stop-dialog";

/** So many runs can be put beside each other. */
export const MOST_COMPARED = 50;

interface Props {
  runs: readonly ChosenRun[];
  /** How many of them the list does not show, because of its filter. */
  hidden: number;
  /** They were put aside, and can be restored. */
  areArchived: boolean;
  onSelect: (ids: readonly string[]) => void;
}

/** What can be done with the selected runs. */
export function SelectionBar({ runs, hidden, areArchived, onSelect }: Props) {
  const [asked, setAsked] = useState<{ dialog: ComponentType<SelectionDialogProps> } | null>(null);
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
  const ask = (dialog: ComponentType<SelectionDialogProps>) => () => setAsked({ dialog });
  const Asked = asked?.dialog;
  return (
    <>
      <span role="status" className={styles.selected}>
        {formatInteger(runs.length)} selected
        {hidden > 0 && `, ${formatInteger(hidden)} hidden`}
      </span>
      {comparable && (
        <Link to="/compare" search={{ runs: runs.map(({ id }) => id) }} className={buttons.button}>
          <IconColumns2 /> Compare
        </Link>
      )}
      {areArchived ? (
        <WriteButton icon={<IconArchiveOff />} onClick={ask(RestoreDialog)}>
          Restore…
        </WriteButton>
      ) : (
        <>
          <WriteButton icon={<IconTag />} onClick={ask(TagDialog)}>
            Tag…
          </WriteButton>
          <WriteButton icon={<IconPlayerStop />} onClick={ask(StopDialog)}>
            Stop…
          </WriteButton>
          <WriteButton icon={<IconArchive />} onClick={ask(ArchiveDialog)}>
            Archive…
          </WriteButton>
        </>
      )}
      <IconButton label="Clear the selection" onClick={() => onSelect([])}>
        <IconX />
      </IconButton>
      {Asked && <Asked runs={runs} onClose={() => setAsked(null)} onLeft={onSelect} />}
    </>
  );
}
