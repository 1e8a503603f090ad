import { useMemo, useRef, useState } from "react";
import { filterError } from "@/api/list-filter";
import { usePagedRows } from "@/api/paged-rows";
import type { Experiment } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { ListError } from "@/ui/list-error";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { Count, Tag } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { useShortcuts } from "@/ui/shortcuts";
import { StatusBar } from "@/ui/spark-bars";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import { RelativeTime } from "@/ui/time";
import { Toolbar } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { experimentsQuery, type ListView } from "./api";
import styles from "./experiments.module.css";
import { StartSnippets } from "./start-snippets";

const columns: Column<Experiment>[] = [
  {
    id: "name",
    header: "Name",
    width: 220,
    grow: 3,
    sort: "name",
    fixed: true,
    phone: "title",
    cell: (experiment) => (
      <RowLink to="/experiments/$id" id={experiment.id} className={styles.name}>
        {experiment.name}
      </RowLink>
    ),
  },
  {
    id: "owner",
    header: "Owner",
    width: 120,
    grow: 1,
    cell: ({ owner }) => <span className={styles.soft}>{owner ?? "—"}</span>,
  },
  { id: "tags", header: "Tags", width: 160, grow: 2, cell: ({ tags }) => <Tags tags={tags} /> },
  {
    id: "runs",
    header: "Runs",
    width: 170,
    phone: "status",
    cell: ({ name, runs }) => <StatusBar label={`Runs of ${name}`} counts={{ ...runs }} />,
  },
  {
    id: "last_run_at",
    header: "Last run",
    width: 110,
    align: "right",
    sort: "last_run_at",
    phone: "meta",
    cell: ({ last_run_at }) => <RelativeTime time={last_run_at} />,
  },
  {
    id: "created_at",
    header: "Created",
    width: 110,
    align: "right",
    sort: "created_at",
    phone: "meta",
    cell: ({ created_at }) => <RelativeTime time={created_at} />,
  },
];

function Tags({ tags }: { tags: Record<string, string> }) {
  const shown = Object.entries(tags).filter(([name]) => !name.startsWith("mlflow."));
  if (shown.length === 0) return <span className={styles.soft}>—</span>;
  return (
    <span className={styles.tags}>
      {shown.slice(0, 3).map(([name, value]) => (
        <Tag key={name} name={name} value={value} />
      ))}
      {shown.length > 3 && <Count>+{shown.length - 3}</Count>}
    </span>
  );
}

interface Props {
  view: ListView;
  onView: (change: Partial<ListView>) => void;
}

/** All experiments of the project. */
export function ExperimentsPage({ view, onView }: Props) {
  const open = useOpen();
  const [atTop, setAtTop] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const identity = view.project ?? "";
  const rows = usePagedRows({
    pageQuery: (offset) => experimentsQuery(view, offset),
    held: !atTop,
    identity,
  });
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the list", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );
  const isFresh = rows.total === 0 && !view.filter;

  return (
    <FillPage>
      <PageHeader
        name="Experiments"
        title="Experiments"
        aside={
          rows.total !== undefined && (
            <Count>{`${rows.totalExact ? "" : "≥ "}${formatInteger(rows.total)}`}</Count>
          )
        }
      />
      <Toolbar label="Experiments">
        <FilterField
          fieldRef={field}
          label="Filter experiments"
          placeholder="Filter by name, or tags.team = 'vision'…"
          value={view.filter ?? ""}
          error={filterError(rows.error)}
          onChange={(filter) => onView({ filter: filter || undefined })}
        />
      </Toolbar>
      {rows.error ? (
        <ListError what="Experiments" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : isFresh ? (
        <EmptyState title={view.at === undefined ? "No experiments yet" : "No experiments at that moment"}>
          {view.at === undefined && (
            <>
              <p>
                An experiment appears here with its first run. Log one from any of these; this page shows it
                as it comes.
              </p>
              <StartSnippets experiment="first-steps" />
            </>
          )}
        </EmptyState>
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
          <DataTable
            label="Experiments"
            primary
            columns={columns}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(experiment) => experiment.id}
            nameOf={(experiment) => experiment.name}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            sort={
              view.sort ? { by: view.sort, order: view.order ?? "desc" } : { by: "created_at", order: "desc" }
            }
            onSort={({ by, order }) => onView({ sort: by, order })}
            onOpen={({ id }, inNewTab) => open({ to: "/experiments/$id", params: { id } }, inNewTab)}
            empty={
              <EmptyState title="No experiments match">
                Nothing in this project matches “{view.filter}”.
              </EmptyState>
            }
          />
        </div>
      )}
    </FillPage>
  );
}
