import { IconBookmark, IconCheck, IconDots, IconUsers } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useReadOnly } from "@/api/as-of";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { SavedView } from "@/api/types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ErrorSummary, FieldGrid, FormActions, TextField } from "@/ui/form";
import { Menu, MenuItem } from "@/ui/menu";
import { Popover } from "@/ui/popover";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { toast } from "@/ui/toasts";
import { changeView, deleteView, type Parameters, type Place, savedViewsQuery, saveView } from "./api";
import styles from "./saved-views.module.css";

interface Props extends Place {
  /** The search parameters that are shown. */
  parameters: Parameters;
  onOpen: (parameters: Parameters) => void;
  /** What a view keeps, in words. */
  keeps?: string;
}

const KEEPS = "filter, columns, order and grouping";

/** The page's views: opens, saves, renames, shares and deletes them. */
export function SavedViews({ parameters, onOpen, keeps = KEEPS, ...place }: Props) {
  const views = useQuery(savedViewsQuery(place));
  const [asked, setAsked] = useState<{ view?: SavedView } | null>(null);
  const shown = JSON.stringify(sorted(parameters));
  const current = views.data?.items.find((view) => JSON.stringify(sorted(view.parameters)) === shown);
  return (
    <>
      <Popover
        label="Saved views"
        width={300}
        target={({ expanded, toggle }) => (
          <Button icon={<IconBookmark />} aria-haspopup="dialog" aria-expanded={expanded} onClick={toggle}>
            <span className={styles.current}>{current?.name ?? "Views"}</span>
          </Button>
        )}
      >
        {(close) => (
          <List
            views={views}
            current={current}
            parameters={parameters}
            keeps={keeps}
            onOpen={(view) => close(() => onOpen(view.parameters))}
            onAsk={(view) => close(() => setAsked({ view }))}
          />
        )}
      </Popover>
      {asked && (
        <ViewDialog place={place} view={asked.view} parameters={parameters} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

interface ListProps {
  views: ReturnType<typeof useQuery<{ items: SavedView[] }>>;
  current: SavedView | undefined;
  parameters: Parameters;
  keeps: string;
  onOpen: (view: SavedView) => void;
  onAsk: (view?: SavedView) => void;
}

function List({ views, current, parameters, keeps, onOpen, onAsk }: ListProps) {
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const write = async (title: string, doing: Promise<unknown>, undo?: () => Promise<unknown>) => {
    try {
      await doing;
      const back = undo && (() => void write("Undone", undo()));
      toast({ tone: "ok", title, actions: back && [{ label: "Undo", run: back, keys: "z" }] });
    } catch (error) {
      toast({ tone: "err", title: "The view was not changed", detail: toApiError(error).message });
    }
    await client.invalidateQueries({ queryKey: queryKeys.savedViews.all });
  };
  if (views.error && !views.data)
    return <ErrorState what="Views" error={views.error} onRetry={() => views.refetch()} />;
  if (!views.data)
    return (
      <Late>
        <Skeleton rows={3} />
      </Late>
    );
  return (
    <>
      {views.data.items.length === 0 ? (
        <p className={styles.none}>None yet. A view keeps {keeps} under a name, for you or for everybody.</p>
      ) : (
        <ul className={styles.list}>
          {views.data.items.map((view) => (
            <li key={view.id}>
              <button
                type="button"
                className={styles.entry}
                aria-current={view === current || undefined}
                onClick={() => onOpen(view)}
              >
                <span className={styles.mark}>{view === current && <IconCheck size={14} />}</span>
                <span className={styles.name}>{view.name}</span>
                {view.visibility === "shared" && <IconUsers size={14} role="img" aria-label="shared" />}
              </button>
              <Menu
                position="bottom-end"
                target={
                  <IconButton size="small" light label={`Actions of ${view.name}`}>
                    <IconDots />
                  </IconButton>
                }
              >
                <MenuItem
                  disabled={readOnly}
                  onSelect={() =>
                    void write(`“${view.name}” now shows this`, changeView(view, { parameters }))
                  }
                >
                  Save what is shown in it
                </MenuItem>
                <MenuItem disabled={readOnly} onSelect={() => onAsk(view)}>
                  Rename or share…
                </MenuItem>
                <MenuItem
                  danger
                  disabled={readOnly}
                  onSelect={() =>
                    void write(`“${view.name}” was deleted`, deleteView(view), () =>
                      saveView({ page: view.page, project: view.project }, { ...kept(view) }),
                    )
                  }
                >
                  Delete
                </MenuItem>
              </Menu>
            </li>
          ))}
        </ul>
      )}
      <Button
        className={styles.save}
        aria-disabled={readOnly ? true : undefined}
        title={readOnly ?? undefined}
        onClick={readOnly ? undefined : () => onAsk()}
      >
        Save as a new view…
      </Button>
    </>
  );
}

function kept({ name, parameters, visibility, about }: SavedView) {
  return { name, parameters, visibility, about: about ?? undefined };
}

interface DialogProps {
  place: Place;
  /** The view that is renamed; absent: a new one. */
  view: SavedView | undefined;
  parameters: Parameters;
  onClose: () => void;
}

function ViewDialog({ place, view, parameters, onClose }: DialogProps) {
  const client = useQueryClient();
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.visibility === "shared");
  const [onlyHere, setOnlyHere] = useState(place.about !== undefined);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    setBusy(true);
    const visibility = shared ? ("shared" as const) : ("own" as const);
    try {
      if (view) await changeView(view, { name: name.trim(), visibility });
      else
        await saveView(place, {
          ...{ name: name.trim(), parameters, visibility },
          about: onlyHere ? place.about : undefined,
        });
      await client.invalidateQueries({ queryKey: queryKeys.savedViews.all });
      toast({ tone: "ok", title: `“${name.trim()}” was saved` });
      onClose();
    } catch (error) {
      setFailure(toApiError(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={view ? `Rename “${view.name}”` : "Save this view"} opened onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {failure && <ErrorSummary problems={[{ field: "name", message: failure }]} />}
        <FieldGrid>
          <TextField label="Name" name="name" span={12} value={name} onChange={setName} required autoFocus />
        </FieldGrid>
        <label className={styles.option}>
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          Shared: everybody in the project finds it, and may change it
        </label>
        {!view && place.about !== undefined && (
          <label className={styles.option}>
            <input
              type="checkbox"
              checked={onlyHere}
              onChange={(event) => setOnlyHere(event.target.checked)}
            />
            Only for this {place.page}
          </label>
        )}
        <FormActions
          submitLabel="Save"
          busy={busy}
          disabled={name.trim() === "" ? "A view needs a name" : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

/** The parameters that are there, in the order of their names. */
function sorted(parameters: Parameters): [string, unknown][] {
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b));
}
