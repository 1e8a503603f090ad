import { type ReactNode, useMemo } from "react";
import { usePagedRows } from "@/api/paged-rows";
import type { GroupMetric, RunGroup } from "@/api/types";
import { formatInteger, formatMeasured, formatValue, fromWire, NO_VALUE, plural } from "@/lib/numbers";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { ListError } from "@/ui/list-error";
import { Count } from "@/ui/pill";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { type GroupsView, type RunScope, runGroupsQuery } from "./api";
import styles from "./experiments.module.css";
import { measuredOf } from "./run-columns";
import { splitField } from "./run-fields";

interface Props {
  scope: RunScope;
  /** The experiment's; absent: the runs are of all. */
  name: string | undefined;
  view: GroupsView;
  /** Show the runs that this filter finds. */
  onOpen: (filter: string) => void;
  onSort: (sort: { by: string; order: "asc" | "desc" }) => void;
}

/** Runs by what they have in common: how many, and mean and deviation of their metrics. */
export function GroupTable({ scope, name, view, onOpen, onSort }: Props) {
  const rows = usePagedRows({
    pageQuery: (offset) => runGroupsQuery(scope, view, offset),
    held: false,
    identity: `${JSON.stringify(scope)} ${view.by}`,
  });
  const shown = measuredOf(view.columns)
    .filter((field) => splitField(field)[0] === "metrics")
    .join("\n");
  const columns = useMemo(
    () => groupColumns(view.by, shown === "" ? [] : shown.split("\n"), onOpen),
    [view.by, shown, onOpen],
  );
  if (rows.error) return <ListError what="Groups" error={rows.error} onRetry={rows.refetch} />;
  if (rows.isPending)
    return (
      <Late>
        <Skeleton rows={9} />
      </Late>
    );
  return (
    <div className={styles.groups}>
      <p className={styles.status} role="status">
        <Count>{plural(rows.total ?? 0, "group")}</Count> by {splitField(view.by)[1]}: mean ± standard
        deviation of the latest values
      </p>
      <div className={styles.list}>
        <DataTable
          label={name === undefined ? "Groups of runs" : `Groups of runs of ${name}`}
          primary
          columns={columns}
          rowCount={rows.total ?? 0}
          rowAt={rows.rowAt}
          idOf={(group) => JSON.stringify(group.values)}
          nameOf={(group) => firstValue(group)}
          onRange={rows.onRange}
          dimmed={rows.isPlaceholder}
          sort={{ by: view.sort ?? "runs", order: view.order ?? "desc" }}
          onSort={onSort}
          onOpen={(group) => group.filter !== null && onOpen(group.filter)}
          empty={<EmptyState title="No runs match">No run matches the filter.</EmptyState>}
        />
      </div>
    </div>
  );
}

function firstValue({ values }: RunGroup): string {
  const [value] = values;
  return value === null || value === undefined ? NO_VALUE : String(value);
}

function groupColumns(
  by: string,
  metrics: readonly string[],
  onOpen: (filter: string) => void,
): Column<RunGroup>[] {
  return [
    {
      id: "value",
      header: splitField(by)[1],
      width: 200,
      grow: 1,
      sort: by,
      fixed: true,
      pinned: true,
      phone: "title",
      cell: (group) => <Value group={group} onOpen={onOpen} />,
    },
    {
      id: "runs",
      header: "Runs",
      width: 72,
      align: "right",
      sort: "runs",
      phone: "meta",
      cell: (group) => formatInteger(group.runs),
    },
    ...metrics.map(
      (field, place): Column<RunGroup> => ({
        id: field,
        header: splitField(field)[1],
        width: 168,
        align: "right",
        sort: field,
        phone: place < 2 ? "meta" : undefined,
        cell: (group) => spread(group.metrics[splitField(field)[1]]),
      }),
    ),
  ];
}

function Value({ group, onOpen }: { group: RunGroup; onOpen: (filter: string) => void }) {
  const { filter } = group;
  if (filter === null)
    return (
      <span title="This value holds both kinds of quotes: no filter can name it.">{firstValue(group)}</span>
    );
  return (
    <button
      type="button"
      className={styles.open}
      title={`Show ${plural(group.runs, "run")}`}
      onClick={() => onOpen(filter)}
    >
      {group.values[0] === null ? <i>none</i> : firstValue(group)}
    </button>
  );
}

function spread(metric: GroupMetric | undefined): ReactNode {
  const mean = fromWire(metric?.mean);
  const sd = fromWire(metric?.sd);
  if (metric === undefined || mean === null) return NO_VALUE;
  const range = `${formatValue(fromWire(metric.min))} to ${formatValue(fromWire(metric.max))}, ${plural(metric.count, "value")}`;
  return (
    <span title={range}>
      {formatMeasured(mean)}
      {sd !== null && <span className={styles.faint}> ± {formatValue(sd, 2)}</span>}
    </span>
  );
}
