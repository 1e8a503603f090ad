import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useActorName } from "@/api/actors";
import { toApiError } from "@/api/errors";
import type { HistoryItem, Instance } from "@/api/types";
import { Changes } from "@/ui/changes";
import { ConfirmDialog, ReasonField } from "@/ui/dialog";
import { ErrorSummary } from "@/ui/form";
import { AbsoluteTime } from "@/ui/time";
import { reasonOf } from "./editing";
import { FIELDS, textOf } from "./fields";
import { versionName } from "./history-columns";
import { restoreVersion } from "./saving";

interface Props {
  item: HistoryItem;
  /** The instance as it is now; null: it is deleted. */
  now: Instance | null;
  onClose: () => void;
}

/** Brings an instance back to one of its versions: says what will change, and asks. */
export function RestoreDialog({ item, now, onClose }: Props) {
  const client = useQueryClient();
  const by = useActorName(item.actor);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const changes = FIELDS.filter(({ name }) => now !== null && now[name] !== item[name]).map(
    ({ name, label }) => ({
      field: label.toLowerCase(),
      old: textOf(now?.[name]),
      new: textOf(item[name]),
    }),
  );
  const restore = async () => {
    setBusy(true);
    try {
      await restoreVersion(client, { id: item.original_id, historyId: item.history_id, now, reason });
      onClose();
    } catch (error) {
      const failure = toApiError(error);
      setWrong(
        failure.status === 412
          ? "It was changed meanwhile: what is written here is up to date again, look at it and repeat."
          : reasonOf(failure),
      );
      setBusy(false);
      void client.invalidateQueries();
    }
  };
  return (
    <ConfirmDialog
      title={`Restore ${versionName(item, by)}?`}
      opened
      onClose={onClose}
      confirmLabel="Restore"
      busy={busy}
      onConfirm={() => void restore()}
    >
      {wrong && <ErrorSummary problems={[{ field: null, message: wrong }]} />}
      <p>
        {now === null
          ? `${item.name} is deleted. It comes back with the same id, as it was`
          : `${now.name} becomes what it was`}{" "}
        <AbsoluteTime time={item.operation_timestamp} />. It is a new version: nothing of the history is lost.
      </p>
      {now !== null &&
        (changes.length > 0 ? <Changes changes={changes} wraps /> : <p>Nothing would change.</p>)}
      <ReasonField value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}
