import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { filterError, filterQuery } from "@/api/list-filter";
import { type PagedRows, usePagedRows } from "@/api/paged-rows";
import type { RunSummary } from "@/api/types";
import type { ListView } from "@/lib/list-view";
import { plural } from "@/lib/numbers";
import { CopyableId } from "@/ui/copyable-id";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { ListError } from "@/ui/list-error";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { Count } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import { RelativeTime } from "@/ui/time";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { experimentQuery, experimentRunsQuery, sampleRunsQuery } from "./api";
import { ComparePanel } from "./compare-panel";
import styles from "./experiments.module.css";
import { GroupTable } from "./group-table";
import { FIRST_OWN, measuredOf, runColumns } from "./run-columns";
import { RunFieldPickers } from "./run-field-pickers";
import { fieldsOf, firstFields } from "./run-fields";
import { SelectionBar } from "./selection-bar";
import { StartSnippets } from "./start-snippets";

export interface ExperimentView extends Omit<ListView, "project"> {
  columns?: string[];
  /** Columns that stay in view while the others scroll sideways. */
  pinned?: string[];
  /** A param, tag or attribute by which runs are put together. */
  group?: string;
  /** Ids of the selected runs, where they are few. */
  sel?: string[];
}

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];
/** More ids would not fit into an address. */
const MOST_IN_ADDRESS = 50;
const NONE: readonly string[] = [];

interface Props {
  id: string;
  view: ExperimentView;
  /** Change the address in place. */
  onView: (change: Partial<ExperimentView>) => void;
  /** Go to another address, so that Back returns. */
  onGo: (change: Partial<ExperimentView>) => void;
  /** The button of the saved views. */
  savedViews?: ReactNode;
}

/** One experiment and its runs. */
export function ExperimentPage({ id, view, onView, onGo, savedViews }: Props) {
  const experiment = useQuery(experimentQuery(id, view.at));
  const sample = useQuery(sampleRunsQuery(id, view.at));
  const [atTop, setAtTop] = useState(true);
  const [selected, select] = useSelection(view, onView);
  const shown = view.columns ?? [...FIRST_OWN, ...firstFields(sample.data?.items ?? [])];
  const { filter, sort, order, at, group } = view;
  const isGrouped = group !== undefined;
  const rows = usePagedRows({
    pageQuery: (offset) => ({
      ...experimentRunsQuery(
        id,
        { filter, at, columns: measuredOf(shown), ...(isGrouped ? {} : { sort, order }) },
        offset,
      ),
      // Which columns to ask for is not known before the sample has come.
      enabled: view.columns !== undefined || !sample.isPending,
    }),
    held: !atTop,
    identity: id,
  });
  const versions = useVersions(rows, selected);
  const chosen = selected.map((run) => ({ id: run, version: versions.get(run) }));

  const error = rows.error ?? null;
  const name = experiment.data?.name ?? id;
  if (experiment.error && !experiment.data)
    return (
      <FillPage>
        <PageHeader name="Experiment" title="Experiment" above={ABOVE} />
        <ErrorState what="The experiment" error={experiment.error} onRetry={() => experiment.refetch()} />
      </FillPage>
    );

  return (
    <FillPage>
      <PageHeader
        name={name}
        title={name}
        above={ABOVE}
        aside={<CopyableId id={id} what="experiment id" length={20} />}
        facts={
          experiment.data && [
            ["Owner", experiment.data.owner ?? "—"],
            ["Created", <RelativeTime key="created" time={experiment.data.created_at} />],
            ["Last run", <RelativeTime key="last" time={experiment.data.last_run_at} />],
            ...(experiment.data.description ? [["Note", experiment.data.description] as const] : []),
          ]
        }
      />
      <Toolbar label="Runs">
        <RunFilter
          filter={filter}
          error={filterError(error)}
          onFilter={(next) => onView({ filter: next || undefined })}
        />
        {rows.total !== undefined && (
          <Count>{`${rows.totalExact ? "" : "≥ "}${plural(rows.total, "run")}`}</Count>
        )}
        <ToolbarSpace />
        {selected.length > 0 && <SelectionBar runs={chosen} onSelect={select} />}
        <RunFieldPickers
          id={id}
          view={view}
          shown={shown}
          known={fieldsOf(sample.data?.items ?? [])}
          onView={onView}
        />
        {savedViews}
      </Toolbar>
      {error ? (
        <ListError what="Runs" error={error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : rows.total === 0 && !filter ? (
        <EmptyState title={at === undefined ? "No runs yet" : "No runs at that moment"}>
          {at === undefined && (
            <>
              <p>Log one from any of these; it appears here as it starts.</p>
              <StartSnippets experiment={name} />
            </>
          )}
        </EmptyState>
      ) : isGrouped ? (
        <GroupTable
          id={id}
          name={name}
          view={{ filter, sort, order, at, by: group, columns: shown }}
          onOpen={(next) => onGo({ filter: joined(next, filter), group: undefined, sort: undefined })}
          onSort={({ by, order: next }) => onView({ sort: by, order: next })}
        />
      ) : (
        <RunTable {...{ name, view, rows, shown, selected, onView }} onSelect={select} onTop={setAtTop} />
      )}
      {!isGrouped && selected.length > 1 && <ComparePanel runs={selected} onClose={() => select([])} />}
    </FillPage>
  );
}

/** The group's own filter holds that of the list already; words that were searched for are kept beside it. */
function joined(groupFilter: string, typed: string | undefined): string {
  const { q } = filterQuery(typed);
  if (q === undefined) return groupFilter;
  return q.includes("'") ? groupFilter : `name ILIKE '%${q}%' AND ${groupFilter}`;
}

interface FilterProps {
  filter: string | undefined;
  error: string | null;
  onFilter: (filter: string) => void;
}

function RunFilter({ filter, error, onFilter }: FilterProps) {
  const field = useRef<HTMLInputElement>(null);
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the runs", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );
  return (
    <FilterField
      fieldRef={field}
      label="Filter runs"
      placeholder="metrics.acc > 0.9 and params.lr = '0.01'"
      value={filter ?? ""}
      error={error}
      onChange={onFilter}
    />
  );
}

interface TableProps {
  name: string;
  view: ExperimentView;
  rows: PagedRows<RunSummary>;
  shown: readonly string[];
  selected: readonly string[];
  onView: (change: Partial<ExperimentView>) => void;
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
        label={`Runs of ${name}`}
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
          <EmptyState title="No runs match">{`${plural(0, "run")} of ${name} match “${view.filter}”.`}</EmptyState>
        }
      />
    </div>
  );
}

/** The selected runs, in the address where they are few enough. */
function useSelection(
  view: ExperimentView,
  onView: (change: Partial<ExperimentView>) => void,
): [readonly string[], (ids: readonly string[]) => void] {
  const [many, setMany] = useState<readonly string[]>(NONE);
  const select = (ids: readonly string[]) => {
    const fits = ids.length <= MOST_IN_ADDRESS;
    setMany(fits ? NONE : ids);
    onView({ sel: fits && ids.length > 0 ? [...ids] : undefined });
  };
  return [many.length > 0 ? many : (view.sel ?? NONE), select];
}

/** Versions of those selected runs that are loaded. */
function useVersions(rows: PagedRows<RunSummary>, selected: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (selected.length === 0) return found;
  const wanted = new Set(selected);
  for (let index = 0; index < (rows.total ?? 0) && found.size < wanted.size; index += 1) {
    const run = rows.rowAt(index);
    if (run && wanted.has(run.id)) found.set(run.id, run.version);
  }
  return found;
}
