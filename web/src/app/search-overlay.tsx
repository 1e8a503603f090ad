import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { SearchHit } from "@/api/types";
import { pageOfEntity } from "@/lib/entities";
import { shortId } from "@/ui/copyable-id";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";
import { ErrorState } from "@/ui/states";
import { useOpen } from "@/ui/use-open";
import { navigation } from "./navigation";
import styles from "./overlays.module.css";

interface Entry {
  key: string;
  group: string;
  name: string;
  hint: string;
  path: string;
}

/** Where a hit leads; `null` for kinds that no page shows yet. */
export function pathOfHit(hit: SearchHit): string | null {
  return hit.url ?? pageOfEntity(hit.entity, hit.id);
}

function pages(typed: string): Entry[] {
  const wanted = typed.trim().toLowerCase();
  return navigation
    .flatMap((group) => group.pages)
    .filter((page) => page.label.toLowerCase().includes(wanted))
    .map((page) => ({
      key: page.to,
      group: "Pages",
      name: page.label,
      hint: `g ${page.key}`,
      path: page.to,
    }));
}

function hits(items: readonly SearchHit[]): Entry[] {
  return items.flatMap((hit) => {
    const path = pathOfHit(hit);
    const group = `${hit.entity.charAt(0).toUpperCase()}${hit.entity.slice(1)}s`;
    return path === null
      ? []
      : [{ key: `${hit.entity} ${hit.id}`, group, name: hit.title ?? hit.name, hint: shortId(hit.id), path }];
  });
}

/** One box that finds anything: ranked by the server; the last answer stays while typing. */
export default function SearchOverlay({ onClose }: { onClose: () => void }) {
  const isPast = useAsOf() !== undefined;
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const query = useDeferredValue(typed.trim());
  const listId = useId();
  const go = useOpen();
  const found = useQuery({
    queryKey: queryKeys.search(query, "*"),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/search", { params: { query: { q: query, project: "*", limit: 20 } }, signal })),
    enabled: query !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const entries = [...(query === "" ? [] : hits(found.data?.items ?? [])), ...pages(typed)];
  const current = Math.min(chosen, entries.length - 1);

  const open = (entry: Entry | undefined, inNewTab: boolean) => {
    if (!entry) return;
    go({ to: entry.path as "/" }, inNewTab);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length > 0) {
      event.preventDefault();
      setChosen((current + step + entries.length) % entries.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(entries[current], event.metaKey || event.ctrlKey);
    }
  };
  return (
    <Dialog title="Search" opened onClose={onClose} size={620}>
      <input
        className={styles.input}
        type="text"
        role="combobox"
        aria-label="Search"
        aria-expanded={entries.length > 0}
        aria-controls={listId}
        aria-activedescendant={current >= 0 ? `${listId}-${current}` : undefined}
        placeholder="Name or id of anything"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      {found.error && query !== "" && (
        <ErrorState what="Search" error={found.error} onRetry={() => found.refetch()} />
      )}
      <div id={listId} role="listbox" aria-label="Results" className={styles.results}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            tabIndex={-1}
            className={styles.result}
            ref={(element) => {
              if (index === current) element?.scrollIntoView({ block: "nearest" });
            }}
            onClick={(event) => open(entry, event.metaKey || event.ctrlKey)}
            onMouseMove={() => setChosen(index)}
          >
            <span className={styles.kind}>{entry.group}</span>
            <span className={styles.name}>{entry.name}</span>
            <code>{entry.hint}</code>
          </div>
        ))}
      </div>
      <p role="status" className={styles.foot}>
        <span>
          {query !== "" && found.data && entries.length === 0
            ? `Nothing is called “${query}”.`
            : isPast && "Found is what there is now; it is shown as of then."}
        </span>
        <span className={styles.hints}>
          <Keys keys="↑ ↓" /> move <Keys keys="↵" /> open <Keys keys="mod+↵" /> new tab
        </span>
      </p>
    </Dialog>
  );
}
