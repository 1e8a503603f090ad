import { useReadOnly } from "@/api/as-of";
import type { Instance } from "@/api/types";
import { useStore } from "@/lib/store";
import { useLive } from "@/live/context";

const RIGHT = "instances.write";

/** Why nothing can be written now; null: it can. */
export function useRefusal(): string | null {
  const { kind } = useStore(useLive().socket.state);
  const readOnly = useReadOnly();
  if (readOnly !== null) return readOnly;
  return kind === "offline" ? "The server cannot be reached: nothing can be saved now" : null;
}

/** Why one instance cannot be changed; null: it can. */
export function refusalOf(instance: Instance, general: string | null): string | null {
  if (general !== null) return general;
  const can = instance.can;
  return Array.isArray(can) && !can.includes(RIGHT)
    ? `You lack the right ${RIGHT} in ${instance.project}`
    : null;
}
