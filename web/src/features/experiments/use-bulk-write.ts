import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "@/lib/numbers";
import { toast } from "@/ui/toasts";
import { type Outcome, readRunsAgain } from "./run-writes";

interface BulkWrite {
  write: (each: () => void) => Promise<Outcome>;
  /** What was done to them: "archived". */
  did: string;
  undo?: (done: readonly string[]) => Promise<Outcome>;
}

/** One write to each of some runs: how far it is, and which were refused. */
export function useBulkWrite(onClose: () => void, onLeft: (ids: readonly string[]) => void) {
  const client = useQueryClient();
  const [doneCount, setDoneCount] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const undone = async (undo: Promise<Outcome>) => {
    const { done, failed } = await undo;
    await readRunsAgain(client);
    const [error] = failed.values();
    if (done.length > 0) toast({ tone: "ok", title: `Undone for ${plural(done.length, "run")}` });
    if (error)
      toast({
        tone: "err",
        title: `Not undone for ${plural(failed.size, "run")}`,
        detail: error.message,
        error,
      });
  };
  /** What is still selected is for the caller to say: `left` of the ids that were refused. */
  const run = async ({ write, did, undo }: BulkWrite, left: (refused: string[]) => readonly string[]) => {
    setDoneCount(0);
    const found = await write(() => setDoneCount((old) => (old ?? 0) + 1));
    await readRunsAgain(client);
    const { done, failed } = found;
    if (done.length > 0)
      toast({
        tone: "ok",
        title: `${plural(done.length, "run")} ${did}`,
        actions: undo && [{ label: "Undo", run: () => void undone(undo(done)), keys: "z" }],
      });
    onLeft(left([...failed.keys()]));
    if (failed.size === 0) onClose();
    else setOutcome(found);
  };
  return { run, doneCount, outcome };
}
