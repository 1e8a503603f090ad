import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/ui/button";
import { CopyableId } from "@/ui/copyable-id";
import { ListError } from "@/ui/list-error";
import { Popover } from "@/ui/popover";
import { FilterField } from "@/ui/text-field";
import { runsByNameQuery } from "./api";
import styles from "./compare.module.css";

interface Props {
  label?: string;
  /** Runs that are there already. */
  known: readonly string[];
  onAdd: (id: string) => void;
}

/** Finds a run by its name or the beginning of its id, to be put beside the others. */
export function AddRun({ label = "Add", ...props }: Props) {
  return (
    <Popover
      label="Add a run"
      position="bottom-start"
      target={({ expanded, toggle }) => (
        <Button icon={<IconPlus />} aria-haspopup="dialog" aria-expanded={expanded} onClick={toggle}>
          {label}
        </Button>
      )}
    >
      {(close) => <Finder {...props} onAdd={(id) => close(() => props.onAdd(id))} />}
    </Popover>
  );
}

function Finder({ known, onAdd }: Omit<Props, "label">) {
  const [typed, setTyped] = useState("");
  const found = useQuery(runsByNameQuery(typed.trim()));
  const offered = (found.data?.items ?? []).filter(({ id }) => !known.includes(id));
  return (
    <>
      <FilterField label="Find a run" placeholder="Name or id" value={typed} onChange={setTyped} />
      {found.error && <ListError what="Runs" error={found.error} onRetry={() => found.refetch()} />}
      <ul className={styles.found}>
        {typed.trim() !== "" &&
          offered.map((run) => (
            <li key={run.id}>
              <button type="button" onClick={() => onAdd(run.id)}>
                {run.name}
              </button>
              <CopyableId id={run.id} what="run id" />
            </li>
          ))}
      </ul>
      {typed.trim() !== "" && found.data && offered.length === 0 && (
        <p role="status" className={styles.soft}>
          No other run is called so.
        </p>
      )}
    </>
  );
}
