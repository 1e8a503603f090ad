import { useState } from "react";
import { useStore } from "@/lib/store";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";
import { singleKeys } from "@/ui/preferences";
import { activeShortcuts, type Shortcut } from "@/ui/shortcuts";
import styles from "./overlays.module.css";

const LAST_GROUPS = ["Go to", "Everywhere"];

/** What can be done, with all keys that do it. */
function keysOf(shortcuts: readonly Shortcut[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { does, keys } of shortcuts) found.set(does, [...(found.get(does) ?? []), keys]);
  return found;
}

/** Every shortcut that works now: this page's first. */
export default function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const all = useStore(activeShortcuts);
  const single = useStore(singleKeys);
  const [filter, setFilter] = useState("");
  const shown = all.filter((one) => `${one.does} ${one.keys}`.toLowerCase().includes(filter.toLowerCase()));
  const groups = [...new Set(shown.map((one) => one.group))].sort(
    (a, b) => LAST_GROUPS.indexOf(a) - LAST_GROUPS.indexOf(b),
  );
  return (
    <Dialog title="Keyboard shortcuts" opened onClose={onClose} size={560}>
      <input
        className={styles.input}
        type="search"
        aria-label="Filter shortcuts"
        placeholder="Filter"
        value={filter}
        data-autofocus
        onChange={(event) => setFilter(event.target.value)}
      />
      {/* It scrolls, by keyboard too. */}
      <div className={styles.groups} tabIndex={0} role="group" aria-label="Shortcuts by place">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3 className={styles.groupName}>{group}</h3>
            <dl>
              {[...keysOf(shown.filter((one) => one.group === group))].map(([does, keys]) => (
                <div key={does} className={styles.shortcut}>
                  <dt>{does}</dt>
                  {keys.map((one) => (
                    <dd key={one}>
                      <Keys keys={one} />
                    </dd>
                  ))}
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={single === "on"}
          onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")}
        />
        Single keys (off: only keys with Ctrl or ⌘)
      </label>
    </Dialog>
  );
}
