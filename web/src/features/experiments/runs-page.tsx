import { useMemo, useRef, useState } from "react";
import { filterError } from "@/api/list-filter";
import { usePagedRows } from "@/api/paged-rows";
import { formatInteger } from "@/lib/numbers";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { ListError } from "@/ui/list-error";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { Count } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import { Toolbar } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { allRunsQuery, type ListView } from "./api";
import styles from "./experiments.module.css";
import { runColumns } from "./run-columns";
import { StartSnippets } from "./start-snippets";

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];
const COLUMNS = runColumns(["name", "status", "started_at", "duration", "user", "created_at"]);

interface Props {
  view: ListView;
  onView: (change: Partial<ListView>) => void;
}

/** The runs of all experiments: where one looks for those that failed, say. */
export function RunsPage({ view, onView }: Props) {
  const open = useOpen();
  const [atTop, setAtTop] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const rows = usePagedRows({
    pageQuery: (offset) => allRunsQuery(view, offset),
    held: !atTop,
    identity: view.project ?? "",
  });
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the list", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );
  return (
    <FillPage>
      <PageHeader
        name="Runs"
        title="Runs"
        above={ABOVE}
        aside={
          rows.total !== undefined && (
            <Count>{`${rows.totalExact ? "" : "≥ "}${formatInteger(rows.total)}`}</Count>
          )
        }
      />
      <Toolbar label="Runs">
        <FilterField
          fieldRef={field}
          label="Filter runs"
          placeholder="Filter by name, or status = 'failed'…"
          value={view.filter ?? ""}
          error={filterError(rows.error)}
          onChange={(filter) => onView({ filter: filter || undefined })}
        />
      </Toolbar>
      {rows.error ? (
        <ListError what="Runs" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : rows.total === 0 && !view.filter ? (
        <EmptyState title={view.at === undefined ? "No runs yet" : "No runs at that moment"}>
          {view.at === undefined && <StartSnippets experiment="first-steps" />}
        </EmptyState>
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
          <DataTable
            label="Runs"
            primary
            columns={COLUMNS}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(run) => run.id}
            nameOf={(run) => run.name}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            sort={{ by: view.sort ?? "created_at", order: view.order ?? "desc" }}
            onSort={({ by, order }) => onView({ sort: by, order })}
            onOpen={({ id }, inNewTab) => open({ to: "/runs/$id/overview", params: { id } }, inNewTab)}
            empty={
              <EmptyState title="No runs match">Nothing in this project matches “{view.filter}”.</EmptyState>
            }
          />
        </div>
      )}
    </FillPage>
  );
}
