import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { writeHeaders } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import type { Instance } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { ConfirmDialog, ReasonField } from "@/ui/dialog";
import { ErrorSummary } from "@/ui/form";
import { reasonOf } from "./editing";
import { gpusOf } from "./fields";
import styles from "./instances.module.css";
import { rowProblems } from "./row-problems";
import { bulk, tellDone, undoOfDelete } from "./saving";

interface Props {
  instances: readonly Instance[];
  onClose: () => void;
  onDeleted: (ids: readonly number[]) => void;
}

/** How many are named one by one. */
const NAMED = 200;

/** Deletes one or many instances: says what goes, asks, and offers to take it back. */
export function DeleteDialog({ instances, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const headers = useRef(writeHeaders());
  const what = instances.length === 1 ? instances[0]?.name : plural(instances.length, "instance");
  const problems = rowProblems(failure, "delete");

  const remove = async () => {
    setBusy(true);
    try {
      const rows = instances.map(({ id, version }) => ({ id, version }));
      const answer = await bulk(client, { delete: rows }, reason, headers.current);
      tellDone(
        client,
        `${what} ${instances.length === 1 ? "was" : "were"} deleted`,
        undoOfDelete(answer),
        instances.map(({ name }) => name),
      );
      onDeleted(instances.map(({ id }) => id));
      onClose();
    } catch (error) {
      if (toApiError(error).status !== 0) headers.current = writeHeaders();
      setFailure(toApiError(error));
      setBusy(false);
    }
  };

  return (
    <ConfirmDialog
      title={`Delete ${what}?`}
      opened
      onClose={onClose}
      confirmLabel={instances.length === 1 ? "Delete" : `Delete ${plural(instances.length, "instance")}`}
      danger
      busy={busy}
      onConfirm={() => void remove()}
    >
      {failure && problems.size === 0 && (
        <ErrorSummary problems={[{ field: null, message: reasonOf(failure) }]} />
      )}
      <Consequences instances={instances} />
      {(instances.length > 1 || problems.size > 0) && (
        <div className={styles.preview} tabIndex={0} role="group" aria-label="Instances to delete">
          <table>
            <thead>
              <tr>
                <th scope="col">Instance</th>
                <th scope="col">Cluster</th>
                <th scope="col">Status</th>
              </tr>
            </thead>
            <tbody>
              {instances.slice(0, NAMED).map(({ id, name, cluster_name, status }, index) => (
                <tr key={id} data-problem={problems.has(index) || undefined}>
                  <td>{name}</td>
                  <td>{cluster_name}</td>
                  <td>{problems.get(index) ?? status}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {instances.length > NAMED && (
            <p className={styles.more}>and {formatInteger(instances.length - NAMED)} more</p>
          )}
        </div>
      )}
      <ReasonField value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}

function Consequences({ instances }: { instances: readonly Instance[] }) {
  const active = instances.filter(({ status }) => status === "active").length;
  const gpus = instances.reduce((sum, one) => sum + gpusOf(one), 0);
  const one = instances.length === 1;
  return (
    <p>
      {one ? "It leaves" : "They leave"} the fleet: {plural(gpus, "GPU")} of{" "}
      {one ? "its cluster" : "their clusters"} no longer count as planned, and{" "}
      {one ? "its name is" : "their names are"} free again.{" "}
      {active > 0 && (one ? "It is active now. " : `${formatInteger(active)} of them are active now. `)}
      {one ? "Its" : "Their"} history stays, and every version can be restored.
    </p>
  );
}
