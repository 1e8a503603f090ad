import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { filterError } from "@/api/list-filter";
import { usePagedRows } from "@/api/paged-rows";
import { formatInteger, plural } from "@/lib/numbers";
import { CopyableId } from "@/ui/copyable-id";
import { ColumnPicker } from "@/ui/data-table/column-picker";
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
import { experimentQuery, experimentRunsQuery, type ListView, sampleRunsQuery } from "./api";
import { ComparePanel } from "./compare-panel";
import styles from "./experiments.module.css";
import { columnChoices, FIRST_OWN, measuredOf, runColumns } from "./run-columns";
import { fieldsOf, firstFields } from "./run-fields";
import { StartSnippets } from "./start-snippets";

export interface ExperimentView extends Omit<ListView, "project"> {
  columns?: string[];
}

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];

interface Props {
  id: string;
  view: ExperimentView;
  onView: (change: Partial<ExperimentView>) => void;
}

/** One experiment and its runs. */
export function ExperimentPage({ id, view, onView }: Props) {
  const open = useOpen();
  const experiment = useQuery(experimentQuery(id, view.at));
  const [atTop, setAtTop] = useState(true);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const field = useRef<HTMLInputElement>(null);
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the runs", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );

  const sample = useQuery(sampleRunsQuery(id, view.at));
  const shown = view.columns ?? [...FIRST_OWN, ...firstFields(sample.data?.items ?? [])];
  const { filter, sort, order, at } = view;
  const listView = { filter, sort, order, at, columns: measuredOf(shown) };
  const rows = usePagedRows({
    pageQuery: (offset) => ({
      ...experimentRunsQuery(id, listView, offset),
      // Which columns to ask for is not known before the sample has come.
      enabled: view.columns !== undefined || !sample.isPending,
    }),
    held: !atTop,
    identity: id,
  });
  const shownKey = shown.join("\n");
  const columns = useMemo(() => runColumns(shownKey.split("\n")), [shownKey]);

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
        <FilterField
          fieldRef={field}
          label="Filter runs"
          placeholder="metrics.acc > 0.9 and params.lr < 0.01"
          value={view.filter ?? ""}
          error={filterError(error)}
          onChange={(filter) => onView({ filter: filter || undefined })}
        />
        {rows.total !== undefined && (
          <Count>{`${rows.totalExact ? "" : "≥ "}${plural(rows.total, "run")}`}</Count>
        )}
        <ToolbarSpace />
        {selected.size > 0 && <span role="status">{formatInteger(selected.size)} selected</span>}
        <ColumnPicker
          shown={shown}
          choices={columnChoices(union(fieldsOf(sample.data?.items ?? []), measuredOf(shown)))}
          onChange={(next) => onView({ columns: next })}
          onReset={view.columns && (() => onView({ columns: undefined }))}
        />
      </Toolbar>
      {error ? (
        <ListError what="Runs" error={error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : rows.total === 0 && !view.filter ? (
        <EmptyState title={at === undefined ? "No runs yet" : "No runs at that moment"}>
          {at === undefined && (
            <>
              <p>Log one from any of these; it appears here as it starts.</p>
              <StartSnippets experiment={name} />
            </>
          )}
        </EmptyState>
      ) : (
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
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            selection={{ selected, onChange: setSelected }}
            sort={view.sort ? { by: view.sort, order: view.order ?? "desc" } : null}
            onSort={({ by, order }) => onView({ sort: by, order })}
            onOpen={({ id: run }, inNewTab) =>
              open({ to: "/runs/$id/overview", params: { id: run } }, inNewTab)
            }
            empty={
              <EmptyState title="No runs match">{`${plural(0, "run")} of ${name} match “${view.filter}”.`}</EmptyState>
            }
          />
        </div>
      )}
      {selected.size > 1 && <ComparePanel runs={[...selected]} onClose={() => setSelected(new Set())} />}
    </FillPage>
  );
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}
