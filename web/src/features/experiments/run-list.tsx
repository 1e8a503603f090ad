import { IconArchive } from "@tabler/icons-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { filterError, filterQuery } from "@/api/list-filter";
import { type PagedRows, usePagedRows } from "@/api/paged-rows";
import type { RunSummary } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import { plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { CompletingField } from "@/ui/completing-field";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { completionAt } from "@/ui/filter-completion";
import { ListError } from "@/ui/list-error";
import { Count } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { type RunScope, runsQuery } from "./api";
import { ComparePanel } from "./compare-panel";
import styles from "./experiments.module.css";
import { GroupTable } from "./group-table";
import { measuredOf, runColumns } from "./run-columns";
import { runCompletion } from "./run-completion";
import { RunFieldPickers } from "./run-field-pickers";
import type { RunListView } from "./run-list-view";
import type { ChosenRun } from "./run-writes";
import { SelectionBar } from "./selection-bar";

/** More ids would not fit into an address. */
const MOST_IN_ADDRESS = 50;
const NONE: readonly string[] = [];

export interface RunListActions {
  /** Change the address in place. */
  onView: (change: Partial<RunListView>) => void;
  /** Go to another address, so that Back returns. */
  onGo: (change: Partial<RunListView>) => void;
  /** The button of the saved views. */
  savedViews?: ReactNode;
}

interface Props extends RunListActions {
  scope: RunScope;
  /** The experiment's name; absent: the runs are of all. */
  name?: string;
  view: RunListView;
  /** Columns before anybody chose; undefined: not known yet. */
  firstColumns: readonly string[] | undefined;
  /** Metrics and params that some of the runs are known to have. */
  knownFields: readonly string[];
  /** Shown when there are no runs at all. */
  first: ReactNode;
}

/** Runs in a table: filtered, sorted, grouped, with the columns of choice; some of them compared, or changed together. */
export function RunList({
  scope,
  name,
  view,
  onView,
  onGo,
  savedViews,
  firstColumns,
  knownFields,
  first,
}: Props) {
  const [atTop, setAtTop] = useState(true);
  const [selected, select] = useSelection(view, onView);
  const shown = view.columns ?? firstColumns ?? NONE;
  const { filter, sort, order, at, group, archived } = view;
  const lifecycle = archived ? ("deleted" as const) : undefined;
  const isGrouped = group !== undefined;
  const rows = usePagedRows({
    pageQuery: (offset) => ({
      ...runsQuery(
        scope,
        { filter, at, lifecycle, columns: measuredOf(shown), ...(isGrouped ? {} : { sort, order }) },
        offset,
      ),
      enabled: view.columns !== undefined || firstColumns !== undefined,
    }),
    held: !atTop,
    identity: JSON.stringify([scope, lifecycle]),
  });
  const { chosen, hidden } = useChosen(rows, selected);
  const error = rows.error ?? null;
  return (
    <>
      <Toolbar label="Runs">
        <RunFilter
          scope={scope}
          at={at}
          filter={filter}
          error={filterError(error)}
          onFilter={(next) => onView({ filter: next || undefined })}
        />
        {rows.total !== undefined && (
          <Count>{`${rows.totalExact ? "" : "≥ "}${plural(rows.total, "run")}`}</Count>
        )}
        <ToolbarSpace />
        {selected.length > 0 && (
          <SelectionBar runs={chosen} hidden={hidden} areArchived={archived === true} onSelect={select} />
        )}
        <RunFieldPickers scope={scope} view={view} shown={shown} known={knownFields} onView={onView} />
        <Button
          icon={<IconArchive />}
          aria-pressed={archived === true}
          title="Show the runs that were put aside"
          onClick={() => onView({ archived: archived ? undefined : true, sel: undefined })}
        >
          Archived
        </Button>
        {savedViews}
      </Toolbar>
      {error ? (
        <ListError what="Runs" error={error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : rows.total === 0 && !filter ? (
        <NoRuns isPast={at !== undefined} areArchived={archived === true} first={first} />
      ) : isGrouped ? (
        <GroupTable
          scope={scope}
          name={name}
          view={{ filter, sort, order, at, lifecycle, by: group, columns: shown }}
          onOpen={(next) => onGo({ filter: joined(next, filter), group: undefined, sort: undefined })}
          onSort={({ by, order: next }) => onView({ sort: by, order: next })}
        />
      ) : (
        <RunTable {...{ name, view, rows, shown, selected, onView }} onSelect={select} onTop={setAtTop} />
      )}
      {!isGrouped && selected.length > 1 && <ComparePanel runs={selected} onClose={() => select([])} />}
    </>
  );
}

interface NoRunsProps {
  isPast: boolean;
  areArchived: boolean;
  first: ReactNode;
}

function NoRuns({ isPast, areArchived, first }: NoRunsProps) {
  if (areArchived)
    return (
      <EmptyState title={isPast ? "No run was archived at that moment" : "No run is archived"}>
        Runs that are archived leave their list and are found here, to be restored.
      </EmptyState>
    );
  return (
    <EmptyState title={isPast ? "No runs at that moment" : "No runs yet"}>{!isPast && first}</EmptyState>
  );
}

/** The group's own filter holds that of the list already; words that were searched for are kept beside it. */
function joined(groupFilter: string, typed: string | undefined): string {
  const { q } = filterQuery(typed);
  if (q === undefined) return groupFilter;
  return q.includes("'") ? groupFilter : `name ILIKE '%${q}%' AND ${groupFilter}`;
}

interface FilterProps {
  scope: RunScope;
  at: AsOf;
  filter: string | undefined;
  error: string | null;
  onFilter: (filter: string) => void;
}

function RunFilter({ scope, at, filter, error, onFilter }: FilterProps) {
  const field = useRef<HTMLInputElement>(null);
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the runs", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );
  return (
    <CompletingField
      fieldRef={field}
      label="Filter runs"
      placeholder="metrics.acc > 0.9 and params.lr = '0.01'"
      value={filter ?? ""}
      error={error}
      completion={completionAt(runCompletion(scope), at)}
      onChange={onFilter}
    />
  );
}

interface TableProps {
  name: string | undefined;
  view: RunListView;
  rows: PagedRows<RunSummary>;
  shown: readonly string[];
  selected: readonly string[];
  onView: (change: Partial<RunListView>) => void;
  onSelect: (ids: readonly string[]) => void;
  onTop: (atTop: boolean) => void;
}

function RunTable({ name, view, rows, shown, selected, onView, onSelect, onTop }: TableProps) {
  const open = useOpen();
  const shownKey = shown.join("\n");
  const pinnedKey = (view.pinned ?? NONE).join("\n");
  const columns = useMemo(
    () => runColumns(shownKey.split("\n"), pinnedKey.split("\n")),
    [shownKey, pinnedKey],
  );
  return (
    <div className={styles.list}>
      {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
      <DataTable
        label={name === undefined ? "Runs" : `Runs of ${name}`}
        primary
        columns={columns}
        rowCount={rows.total ?? 0}
        rowAt={rows.rowAt}
        idOf={(run) => run.id}
        nameOf={(run) => run.name}
        onRange={rows.onRange}
        onTop={onTop}
        dimmed={rows.isPlaceholder}
        selection={{ selected: new Set(selected), onChange: (next) => onSelect([...next]) }}
        sort={view.sort ? { by: view.sort, order: view.order ?? "desc" } : null}
        onSort={({ by, order }) => onView({ sort: by, order })}
        onOpen={({ id }, inNewTab) => open({ to: "/runs/$id/overview", params: { id } }, inNewTab)}
        empty={
          <EmptyState title="No runs match">
            {`No run${name === undefined ? "" : ` of ${name}`} matches “${view.filter}”.`}
          </EmptyState>
        }
      />
    </div>
  );
}

/** The selected runs, in the address where they are few enough. */
function useSelection(
  view: RunListView,
  onView: (change: Partial<RunListView>) => void,
): [readonly string[], (ids: readonly string[]) => void] {
  const [many, setMany] = useState<readonly string[]>(NONE);
  const select = (ids: readonly string[]) => {
    const fits = ids.length <= MOST_IN_ADDRESS;
    setMany(fits ? NONE : ids);
    onView({ sel: fits && ids.length > 0 ? [...ids] : undefined });
  };
  return [many.length > 0 ? many : (view.sel ?? NONE), select];
}

/** The selected runs with the versions of those that are loaded, and how many of them the list does not show. */
function useChosen(rows: PagedRows<RunSummary>, selected: readonly string[]) {
  const found = new Map<string, number>();
  const wanted = new Set(selected);
  let isWhole = rows.total !== undefined;
  for (let index = 0; index < (rows.total ?? 0) && found.size < wanted.size; index += 1) {
    const run = rows.rowAt(index);
    if (run === undefined) isWhole = false;
    else if (wanted.has(run.id)) found.set(run.id, run.version);
  }
  const chosen: ChosenRun[] = selected.map((id) => ({ id, version: found.get(id) }));
  // Of a list that is loaded in part nobody knows whether it shows the others further down.
  return { chosen, hidden: isWhole ? selected.length - found.size : 0 };
}
