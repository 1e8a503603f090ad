import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { shortId } from "@/ui/copyable-id";
import { Dialog } from "@/ui/dialog";
import { runsByIdQuery } from "./api";
import type { Outcome } from "./run-writes";
import styles from "./selection-dialogs.module.css";

/** A run, and why something is not done to it. */
export interface RefusedRun {
  id: string;
  name: string;
  why: string;
}

/** Runs with the reason why each of them is left as it is. */
export function RefusedRuns({ runs }: { runs: readonly RefusedRun[] }) {
  return (
    <ul className={styles.refused}>
      {runs.map(({ id, name, why }) => (
        <li key={id}>
          <Link to="/runs/$id/overview" params={{ id }}>
            {name}
          </Link>{" "}
          <span>{why}</span>
        </li>
      ))}
    </ul>
  );
}

interface Props {
  outcome: Outcome;
  /** What was not done to them: "archived". */
  did: string;
  onClose: () => void;
}

/** Which runs were refused, and why: they stay selected. */
export function RefusedDialog({ outcome: { failed }, did, onClose }: Props) {
  const ids = [...failed.keys()];
  const runs = useQuery(runsByIdQuery(ids));
  const names = new Map(runs.data?.map(({ id, name }) => [id, name]));
  const refused = [...failed].map(([id, error]) => ({
    ...{ id, why: error.message },
    name: names.get(id) ?? shortId(id),
  }));
  return (
    <Dialog title={`${plural(failed.size, "run")} not ${did}`} opened onClose={onClose}>
      <div className={styles.stack}>
        <p>What was refused is still selected.</p>
        <RefusedRuns runs={refused} />
        <div className={styles.actions}>
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
