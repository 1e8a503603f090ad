import type { Instance } from "@/api/types";
import { copyText } from "@/ui/copyable-id";
import type { RowAction } from "@/ui/data-table/columns";
import { toast } from "@/ui/toasts";
import type { Status } from "./api";
import { STATUSES } from "./fields";
import { refusalOf } from "./use-refusal";

interface Does {
  open: (instance: Instance) => void;
  history: (instance: Instance) => void;
  edit: (instance: Instance) => void;
  duplicate: (instance: Instance) => void;
  setStatus: (instance: Instance, status: Status) => void;
  remove: (instance: Instance) => void;
}

/** What can be done with one instance, as its row and its page offer it. */
export function instanceActions(instance: Instance, does: Does, general: string | null): RowAction[] {
  const refusal = refusalOf(instance, general);
  return [
    { label: "Open", keys: "enter", run: () => does.open(instance) },
    { label: "History", run: () => does.history(instance) },
    { label: "Edit…", keys: "e", disabled: refusal, run: () => does.edit(instance) },
    ...STATUSES.filter((status) => status !== instance.status).map((status) => ({
      label: `Set ${status}`,
      disabled: refusal,
      run: () => does.setStatus(instance, status),
    })),
    { label: "Duplicate…", disabled: refusal, run: () => does.duplicate(instance) },
    { label: "Copy id", keys: "y", run: () => void copyId(instance) },
    { label: "Delete…", danger: true, disabled: refusal, run: () => does.remove(instance) },
  ];
}

export async function copyId({ id, name }: Instance): Promise<void> {
  const done = await copyText(String(id));
  toast(
    done
      ? { tone: "ok", title: `Id ${id} of ${name} copied` }
      : { tone: "err", title: "The browser did not let us copy" },
  );
}
