import { Store } from "@/lib/store";

/** Which overlay of the app is open. */
export const overlay = new Store<"search" | "shortcuts" | "time-machine" | null>(null);

export function closeOverlay(): void {
  overlay.set(null);
}
