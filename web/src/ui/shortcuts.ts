import { useEffect } from "react";
import { Store } from "@/lib/store";
import { singleKeys } from "./preferences";

/** What keys do. `keys`: one key (`j`), with modifiers (`mod+k`, `shift+d`), or a sequence (`g e`). */
export interface Shortcut {
  keys: string;
  does: string;
  /** Heading under which the help lists it. */
  group: string;
  run: () => void;
  /** Also while typing (Escape, and keys with a modifier). */
  whileTyping?: boolean;
}

/** Shortcuts of what is on screen now; later ones win over earlier ones with the same keys. */
export const activeShortcuts = new Store<readonly Shortcut[]>([]);

/** Offer shortcuts while the component is mounted. Pass a list that stays the same between drawings. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    activeShortcuts.set((old) => [...old, ...shortcuts]);
    return () => activeShortcuts.set((old) => old.filter((one) => !shortcuts.includes(one)));
  }, [shortcuts]);
}

const SEQUENCE_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button])");
}

/** Whether what has the focus has a use of its own for a key: Enter presses a button, letters find an entry of a menu. */
function isTaken(target: EventTarget | null, name: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="menu"]')) return true;
  return name === "enter" && target.closest("a, button, summary, label, input") !== null;
}

/** The name of a pressed key as shortcuts write it. */
export function nameOfKey(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">,
): string {
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase();
  const isLetter = /^[a-z]$/i.test(key);
  const mods = [
    event.ctrlKey || event.metaKey ? "mod+" : "",
    event.altKey ? "alt+" : "",
    // Shift is part of the character for ? and the like, and a modifier for letters and named keys.
    event.shiftKey && (isLetter || key.length > 1) ? "shift+" : "",
  ];
  return mods.join("") + (isLetter ? key.toLowerCase() : key);
}

/** Listens to the keyboard and runs the shortcuts that are active. Returns the way to stop. */
export function listenToShortcuts(target: Window = window): () => void {
  let pending = "";
  let pendingAt = 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    const typing = isTyping(event.target);
    const name = nameOfKey(event);
    const isSingle = !name.includes("mod+") && name !== "escape";
    if (isSingle && (typing || singleKeys.get() === "off" || isTaken(event.target, name))) return;
    const sequence =
      event.timeStamp - pendingAt < SEQUENCE_MS && pending !== "" ? `${pending} ${name}` : name;
    const shortcuts = activeShortcuts.get();
    const find = (keys: string) =>
      shortcuts.findLast((one) => one.keys === keys && (!typing || one.whileTyping));
    const found = find(sequence) ?? find(name);
    pending = "";
    if (found) {
      event.preventDefault();
      found.run();
    } else if (shortcuts.some((one) => one.keys.startsWith(`${name} `))) {
      pending = name;
      pendingAt = event.timeStamp;
    }
  };
  target.addEventListener("keydown", onKey);
  return () => target.removeEventListener("keydown", onKey);
}
