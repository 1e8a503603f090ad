import { IconDownload, IconPlus, IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { usePagedRows } from "@/api/paged-rows";
import type { Instance } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { rootPath } from "@/lib/root";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { Count } from "@/ui/pill";
import { type Shortcut, useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { toast } from "@/ui/toasts";
import { Toolbar } from "@/ui/toolbar";
import { PHONE, useMedia } from "@/ui/use-media";
import { type InstancesView, instanceQuery, instancesQuery, orderOf } from "./api";
import { ConflictHost, useIsDeciding } from "./conflicts";
import { editInstance, pendingEdits, tellUntaken, withPending } from "./editing";
import { type FieldName, parse } from "./fields";
import { FIRST_COLUMNS, instanceColumns } from "./instance-columns";
import styles from "./instances.module.css";
import { ListFilters } from "./list-toolbar";
import { NoInstances } from "./no-instances";
import { OfflineNote } from "./offline-note";
import { copyId, instanceActions } from "./row-actions";
import { isShown, knownInstances, loadInstances } from "./selection";
import { SelectionBar } from "./selection-bar";
import { refusalOf, useRefusal } from "./use-refusal";

const InstanceForm = lazy(() => import("./instance-form").then((all) => ({ default: all.InstanceForm })));
const BulkDialog = lazy(() => import("./bulk-dialog").then((all) => ({ default: all.BulkDialog })));
const DeleteDialog = lazy(() => import("./delete-dialog").then((all) => ({ default: all.DeleteDialog })));
const ExportDialog = lazy(() => import("./export-dialog").then((all) => ({ default: all.ExportDialog })));
const ImportDialog = lazy(() => import("./import-dialog").then((all) => ({ default: all.ImportDialog })));

/** How many rows may be changed at once. */
const MOST_AT_ONCE = 1000;

type Asked =
  | { kind: "delete"; instances: readonly Instance[] }
  | { kind: "bulk"; instances: readonly Instance[]; field: FieldName; value?: string }
  | { kind: "export" }
  | { kind: "import" };

interface Props {
  view: InstancesView;
  onView: (change: Partial<InstancesView>) => void;
}

const NONE: string[] = [];

/** The fleet: every instance of the project, changed in place. */
export function InstancesPage({ view, onView }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const phone = useMedia(PHONE);
  const refusal = useRefusal();
  const pending = useStore(pendingEdits);
  const deciding = useIsDeciding();
  const [atTop, setAtTop] = useState(true);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [like, setLike] = useState<Instance | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const active = useRef<Instance | undefined>(undefined);

  const rows = usePagedRows({
    pageQuery: (offset) => instancesQuery(view, offset),
    held: !atTop,
    identity: view.project ?? "",
    idOf: (one) => one.id,
  });
  const selected = view.sel ?? NONE;
  const known = knownInstances(client);
  const hidden = selected.filter((id) => {
    const one = known.get(id);
    return one !== undefined && !isShown(one, view);
  }).length;
  const isFiltered = [view.filter, view.status, view.priority, view.model, view.cluster].some(Boolean);

  const select = (ids: readonly string[]) => onView({ sel: ids.length > 0 ? [...ids] : undefined });
  const withSelected = async (then: (instances: Instance[]) => void) => {
    try {
      then(await loadInstances(client, selected));
    } catch (error) {
      toast({ tone: "err", title: "The selected rows could not be read", detail: (error as Error).message });
    }
  };
  const selectAll = async () => {
    const all = await client.fetchQuery(instancesQuery(view, 0, MOST_AT_ONCE));
    select(all.items.map(({ id }) => String(id)));
  };
  const create = useCallback(
    (from: Instance | null) => {
      setLike(from);
      onView({ form: "new" });
    },
    [onView],
  );

  // Neither changes without need: each change draws all rows again.
  const actions = useMemo(() => {
    const does = {
      open: ({ id }: Instance) => void navigate({ to: "/instances/$id/detail", params: { id: String(id) } }),
      history: ({ id }: Instance) =>
        void navigate({ to: "/instances/$id/history", params: { id: String(id) } }),
      edit: ({ id }: Instance) => onView({ form: String(id) }),
      duplicate: create,
      setStatus: (one: Instance, status: Instance["status"]) => void editInstance(client, one, { status }),
      remove: (one: Instance) => setAsked({ kind: "delete", instances: [one] }),
    };
    return (row: Instance) => instanceActions(row, does, refusal);
  }, [client, navigate, onView, create, refusal]);
  const isPending = useCallback(
    (row: Instance, column: string) => column in (pending.get(row.id) ?? NO_CHANGES),
    [pending],
  );

  const isOpen = asked !== null || view.form !== undefined || deciding;
  const shortcuts = useMemo((): readonly Shortcut[] => {
    const key = (keys: string, does: string, run: () => void) => ({ keys, does, group: "Instances", run });
    const onRow = (run: (one: Instance) => void) => () => {
      if (active.current) run(active.current);
    };
    if (isOpen) return [];
    return [
      key("f", "Filter the list", () => field.current?.focus()),
      key("c", "New instance", () => create(null)),
      key(
        "e",
        "Edit the row",
        onRow(({ id }) => onView({ form: String(id) })),
      ),
      key(
        "y",
        "Copy the row's id",
        onRow((one) => void copyId(one)),
      ),
    ];
  }, [isOpen, create, onView]);
  useShortcuts(shortcuts);

  const shown = view.columns ?? FIRST_COLUMNS;
  const shownKey = shown.join("\n");
  const columns = useMemo(
    () =>
      instanceColumns(shownKey.split("\n"), {
        can: (one) => refusalOf(one, refusal) === null,
        commit: (one, name, typed) => void editInstance(client, one, { [name]: parse(name, typed) }),
        refuse: tellUntaken,
      }),
    [shownKey, client, refusal],
  );
  const rowAt = (index: number) => {
    const row = rows.rowAt(index);
    return row && pending.has(row.id) ? merged(row, pending) : row;
  };

  return (
    <FillPage>
      <PageHeader
        name="Instances"
        title="Instances"
        aside={rows.total !== undefined && <Count>{formatInteger(rows.total)}</Count>}
        actions={
          <>
            <Button
              icon={<IconUpload />}
              disabled={refusal !== null}
              title={refusal ?? undefined}
              onClick={() => setAsked({ kind: "import" })}
            >
              Import
            </Button>
            <Button icon={<IconDownload />} onClick={() => setAsked({ kind: "export" })}>
              Export
            </Button>
            <Button
              variant="primary"
              icon={<IconPlus />}
              disabled={refusal !== null}
              title={refusal ?? undefined}
              onClick={() => create(null)}
            >
              New instance
            </Button>
          </>
        }
      />
      <OfflineNote at={rows.updatedAt} />
      <Toolbar label="Instances">
        {!(phone && selected.length > 0) && (
          <ListFilters
            view={view}
            onView={onView}
            fieldRef={field}
            narrow={selected.length > 0}
            waits={rows.isPending || rows.isPlaceholder}
          />
        )}
        {selected.length > 0 && (
          <SelectionBar
            count={selected.length}
            hidden={hidden}
            matching={
              rows.total !== undefined && rows.total > selected.length - hidden && rows.total <= MOST_AT_ONCE
                ? rows.total
                : null
            }
            refusal={selected.length > MOST_AT_ONCE ? `At most ${MOST_AT_ONCE} at once` : refusal}
            onAll={() => void selectAll()}
            onEdit={(name, value) =>
              void withSelected((instances) => setAsked({ kind: "bulk", instances, field: name, value }))
            }
            onExport={() => setAsked({ kind: "export" })}
            onDelete={() => void withSelected((instances) => setAsked({ kind: "delete", instances }))}
            onClear={() => select([])}
          />
        )}
      </Toolbar>
      {rows.error ? (
        <ErrorState what="Instances" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={14} />
        </Late>
      ) : rows.total === 0 && !isFiltered ? (
        <NoInstances onCreate={() => create(null)} onImport={() => setAsked({ kind: "import" })} />
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill count={rows.newer} onShow={rows.refetch} />}
          <DataTable
            label="Instances"
            primary={!isOpen}
            columns={columns}
            rowCount={rows.total ?? 0}
            rowAt={rowAt}
            idOf={(one) => String(one.id)}
            nameOf={(one) => one.name}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            onActive={(row) => {
              active.current = row;
            }}
            selection={{ selected: new Set(selected), onChange: (next) => select([...next]) }}
            sort={((order) => ({ by: order.sort, order: order.order }))(orderOf(view))}
            onSort={({ by, order }) => onView({ sort: by, order })}
            actions={actions}
            isPending={isPending}
            onOpen={(row, inNewTab) => {
              if (inNewTab) window.open(rootPath(`/instances/${row.id}/detail`), "_blank", "noopener");
              else void navigate({ to: "/instances/$id/detail", params: { id: String(row.id) } });
            }}
            empty={
              <EmptyState
                title="No instances match"
                action={
                  <Button
                    onClick={() =>
                      onView({
                        ...{ filter: undefined, status: undefined, priority: undefined },
                        ...{ model: undefined, cluster: undefined },
                      })
                    }
                  >
                    Show all
                  </Button>
                }
              >
                Nothing in this project matches the filter.
              </EmptyState>
            }
          />
        </div>
      )}
      <Suspense>
        {view.form !== undefined && (
          <FormOfView
            form={view.form}
            like={like}
            project={view.project}
            onClose={() => {
              setLike(null);
              onView({ form: undefined });
            }}
          />
        )}
        {asked?.kind === "delete" && (
          <DeleteDialog
            instances={asked.instances}
            onClose={() => setAsked(null)}
            onDeleted={(ids) => select(selected.filter((id) => !ids.includes(Number(id))))}
          />
        )}
        {asked?.kind === "bulk" && (
          <BulkDialog {...asked} onClose={() => setAsked(null)} onDone={() => select([])} />
        )}
        {asked?.kind === "export" && (
          <ExportDialog view={view} columns={shown} total={rows.total ?? 0} onClose={() => setAsked(null)} />
        )}
        {asked?.kind === "import" && <ImportDialog project={view.project} onClose={() => setAsked(null)} />}
      </Suspense>
      <ConflictHost />
    </FillPage>
  );
}

const NO_CHANGES = {};

/** Rows with their edits, each made once: a row that stays the same object is not drawn again. */
const drawn = new WeakMap<object, { row: Instance; with: Instance }>();

function merged(row: Instance, pending: Parameters<typeof withPending>[1]): Instance {
  const changes = pending.get(row.id);
  if (!changes) return row;
  const known = drawn.get(changes);
  if (known?.row === row) return known.with;
  const made = withPending(row, pending);
  drawn.set(changes, { row, with: made });
  return made;
}

interface FormProps {
  form: string;
  like: Instance | null;
  project: string | undefined;
  onClose: () => void;
}

/** The form that the address names. */
function FormOfView({ form, like, project, onClose }: FormProps) {
  const isNew = form === "new";
  const instance = useQuery({ ...instanceQuery(form, undefined), enabled: !isNew });
  if (isNew) return <InstanceForm instance={null} like={like} project={project} onClose={onClose} />;
  if (!instance.data) return null;
  return <InstanceForm key={form} instance={instance.data} project={project} onClose={onClose} />;
}
