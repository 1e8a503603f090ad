import { copyText } from "@/ui/copyable-id";
import { sidebar, toggleScheme } from "@/ui/preferences";
import type { Shortcut } from "@/ui/shortcuts";
import { toast } from "@/ui/toasts";
import { navigation, type PageAddress } from "./navigation";
import { overlay } from "./overlays";

/** Shortcuts that work on every page. Pages add their own by `useShortcuts`. */
export function globalShortcuts(goTo: (to: PageAddress) => void): readonly Shortcut[] {
  return [
    { keys: "/", does: "Search everything", group: "Everywhere", run: () => overlay.set("search") },
    {
      keys: "mod+k",
      does: "Search everything",
      group: "Everywhere",
      run: () => overlay.set("search"),
      whileTyping: true,
    },
    { keys: "?", does: "Show the shortcuts", group: "Everywhere", run: () => overlay.set("shortcuts") },
    {
      keys: "t",
      does: "Choose the moment that is shown",
      group: "Time machine",
      run: () => overlay.set("time-machine"),
    },
    {
      keys: "\\",
      does: "Collapse the sidebar",
      group: "Everywhere",
      run: () => sidebar.set((old) => (old === "open" ? "collapsed" : "open")),
    },
    { keys: "shift+d", does: "Switch between dark and light", group: "Everywhere", run: toggleScheme },
    { keys: "shift+y", does: "Copy a link to this view", group: "Everywhere", run: () => void copyLink() },
    ...navigation.flatMap((group) =>
      group.pages.map((page) => ({
        keys: `g ${page.key}`,
        does: `Go to ${page.label}`,
        group: "Go to",
        run: () => goTo(page.to),
      })),
    ),
  ];
}

async function copyLink(): Promise<void> {
  const done = await copyText(location.href);
  toast(
    done ? { tone: "ok", title: "Link copied" } : { tone: "err", title: "The browser did not let us copy" },
  );
}
