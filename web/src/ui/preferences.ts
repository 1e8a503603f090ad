import { Store } from "@/lib/store";
import type { Zone } from "@/lib/time";

export type Scheme = "dark" | "light";

/** A preference that is kept in this browser; a store that cannot be written keeps it for the page only. */
function kept<T extends string>(key: string, words: readonly T[], fallback: () => T): Store<T> {
  const store = new Store<T>(words.find((word) => word === read(key)) ?? fallback());
  store.subscribe(() => write(key, store.get()));
  return store;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off: every visit begins with the defaults
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is switched off or full: the preference lasts as long as the page
  }
}

export const scheme = kept<Scheme>("studio.theme", ["dark", "light"], () =>
  matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark",
);
export const zone = kept<Zone>("studio.zone", ["local", "UTC"], () => "local");
export const sidebar = kept<"open" | "collapsed">("studio.sidebar", ["open", "collapsed"], () => "open");
export const singleKeys = kept<"on" | "off">("studio.single-keys", ["on", "off"], () => "on");

export function toggleScheme(): void {
  scheme.set((old) => (old === "dark" ? "light" : "dark"));
}
