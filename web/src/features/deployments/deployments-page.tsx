import { useMemo, useRef, useState } from "react";
import { filterError } from "@/api/list-filter";
import { usePagedRows } from "@/api/paged-rows";
import type { Deployment } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { ListError } from "@/ui/list-error";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { Count, StatusPill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { useShortcuts } from "@/ui/shortcuts";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import { RelativeTime } from "@/ui/time";
import { Toolbar } from "@/ui/toolbar";
import { useOpen } from "@/ui/use-open";
import { type DeploymentsView, deploymentsQuery } from "./api";
import styles from "./deployments.module.css";

const columns: Column<Deployment>[] = [
  {
    id: "name",
    header: "Name",
    width: 200,
    grow: 2,
    fixed: true,
    phone: "title",
    cell: ({ id, name }) => (
      <RowLink to="/deployments/$id/overview" id={id} className={styles.name}>
        {name}
      </RowLink>
    ),
  },
  {
    id: "state",
    header: "State",
    width: 130,
    phone: "status",
    cell: ({ state }) => <StatusPill status={state} />,
  },
  {
    id: "environment",
    header: "Environment",
    width: 120,
    phone: "meta",
    cell: ({ environment }) => environment,
  },
  {
    id: "model",
    header: "Model",
    width: 190,
    grow: 1,
    phone: "meta",
    cell: ({ model_name, model_version }) => (
      <>
        {model_name} <span className={styles.soft}>v{model_version}</span>
      </>
    ),
  },
  {
    id: "runtime",
    header: "Runtime",
    width: 110,
    cell: ({ runtime }) => <span className={styles.soft}>{runtime}</span>,
  },
  {
    id: "replicas",
    header: "Ready",
    width: 80,
    align: "right",
    cell: ({ replicas }) => `${replicas.ready}/${replicas.desired}`,
  },
  {
    id: "reason",
    header: "Reason",
    width: 160,
    grow: 2,
    cell: ({ reason }) => (
      <span className={styles.soft} title={reason ?? undefined}>
        {reason ?? "—"}
      </span>
    ),
  },
  {
    id: "updated_at",
    header: "Changed",
    width: 110,
    align: "right",
    cell: ({ updated_at }) => <RelativeTime time={updated_at} />,
  },
  {
    id: "created_at",
    header: "Created",
    width: 110,
    align: "right",
    sort: "created_at",
    cell: ({ created_at }) => <RelativeTime time={created_at} />,
  },
];

interface Props {
  view: DeploymentsView;
  onView: (change: Partial<DeploymentsView>) => void;
}

/** All deployments of the project. */
export function DeploymentsPage({ view, onView }: Props) {
  const open = useOpen();
  const [atTop, setAtTop] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const rows = usePagedRows({
    pageQuery: (offset) => deploymentsQuery(view, offset),
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
        name="Deployments"
        title="Deployments"
        aside={rows.total !== undefined && <Count>{formatInteger(rows.total)}</Count>}
      />
      <Toolbar label="Deployments">
        <FilterField
          fieldRef={field}
          label="Filter deployments"
          placeholder="Filter by name, or state = 'failed'…"
          value={view.filter ?? ""}
          error={filterError(rows.error)}
          onChange={(filter) => onView({ filter: filter || undefined })}
        />
      </Toolbar>
      {rows.error ? (
        <ListError what="Deployments" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={6} />
        </Late>
      ) : rows.total === 0 && !view.filter ? (
        <NoDeployments isPast={view.at !== undefined} />
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
          <DataTable
            label="Deployments"
            primary
            columns={columns}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(deployment) => deployment.id}
            nameOf={(deployment) => deployment.name}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            sort={{ by: "created_at", order: view.order ?? "desc" }}
            onSort={({ order }) => onView({ order })}
            onOpen={({ id }, inNewTab) => open({ to: "/deployments/$id/overview", params: { id } }, inNewTab)}
            empty={
              <EmptyState title="No deployments match">
                Nothing in this project matches “{view.filter}”.
              </EmptyState>
            }
          />
        </div>
      )}
    </FillPage>
  );
}

function NoDeployments({ isPast }: { isPast: boolean }) {
  if (isPast) return <EmptyState title="No deployments at that moment" />;
  return (
    <EmptyState title="No deployments yet">
      <p>
        A deployment serves one version of a registered model. It appears here as soon as it is asked for.
      </p>
      <CodeBlock
        label="Command line"
        code={`studio deploy MODEL@champion --name my-model --server ${publicUrl()}`}
      />
      <CodeBlock
        label="HTTP"
        code={`curl ${publicUrl()}/api/deployments \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "my-model", "model_name": "MODEL", "model_alias": "champion"}'`}
      />
    </EmptyState>
  );
}
