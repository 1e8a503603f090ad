import { useNavigate } from "@tanstack/react-router";
import type { AsOf } from "@/lib/as-of";

/** Show the same view as of another moment; undefined: now. Going back in the browser returns. */
export function useGoToMoment(): (at: AsOf) => void {
  const navigate = useNavigate();
  return (at) => void navigate({ to: ".", search: (old) => ({ ...old, at }), hash: true });
}
