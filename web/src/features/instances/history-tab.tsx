import { IconArrowsDiff, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { usePagedRows } from "@/api/paged-rows";
import type { HistoryItem } from "@/api/types";
import { plural } from "@/lib/numbers";
import { Button, Segmented } from "@/ui/button";
import { ChoiceFilter } from "@/ui/choice-filter";
import type { RowAction } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { Count } from "@/ui/pill";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { FilterField } from "@/ui/text-field";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { type HistoryView, historyQuery, instanceQuery } from "./api";
import { FIELDS } from "./fields";
import { historyColumns, versionName } from "./history-columns";
import styles from "./instances.module.css";
import { RestoreDialog } from "./restore-dialog";
import { useRefusal } from "./use-refusal";

const HistoryExport = lazy(() =>
  import("./export-dialog").then((all) => ({ default: all.HistoryExportDialog })),
);

const ALL = "all";
const OPERATIONS = ["create", "update", "delete"] as const;

interface Props {
  id: string;
  view: HistoryView;
  onView: (change: Partial<HistoryView>) => void;
  /** The event that the address points at. */
  event: string | undefined;
}

/** Everything that ever happened to an instance: who, when, what; any two versions beside each other. */
export function InstanceHistory({ id, view, onView, event }: Props) {
  const navigate = useNavigate();
  const now = useQuery({ ...instanceQuery(id, view.at), retry: false }).data ?? null;
  const refusal = useRefusal();
  const [atTop, setAtTop] = useState(true);
  const [restoring, setRestoring] = useState<HistoryItem | null>(null);
  const [exporting, setExporting] = useState(false);
  const rows = usePagedRows({
    pageQuery: (offset) => historyQuery(id, view, offset),
    held: !atTop,
    identity: id,
    idOf: (item) => item.history_id,
  });
  const picked = view.pick ?? [];
  const isFiltered = [view.operation, view.field, view.actor, view.from, view.to].some(Boolean);

  const compare = (a: number, b: number) =>
    void navigate({
      to: "/instances/$id/compare",
      params: { id },
      search: { a: Math.min(a, b), b: Math.max(a, b) },
    });
  const before = (item: HistoryItem): number | null => {
    for (let index = 0; index < (rows.total ?? 0); index += 1)
      if (rows.rowAt(index)?.history_id === item.history_id) return rows.rowAt(index + 1)?.history_id ?? null;
    return null;
  };
  const actions = (item: HistoryItem): RowAction[] => {
    const earlier = before(item);
    const isNow = now !== null && item.version === now.version && item.operation_type !== "delete";
    return [
      {
        label: "Compare with the one before",
        keys: "enter",
        disabled: earlier === null ? "It is the first one that is shown" : null,
        run: () => compare(earlier ?? item.history_id, item.history_id),
      },
      {
        label: "Restore this version…",
        disabled: isNow ? "It is what the instance is now" : refusal,
        run: () => setRestoring(item),
      },
    ];
  };

  return (
    <>
      <Toolbar label="History">
        <HistoryFilters view={view} onView={onView} />
        {rows.total !== undefined && <Count>{plural(rows.total, "change")}</Count>}
        <ToolbarSpace />
        {picked.length > 0 && (
          <span role="status" className={styles.selected}>
            {picked.length === 1 ? "Select one more to compare" : `${picked.length} selected`}
          </span>
        )}
        <Button
          icon={<IconArrowsDiff />}
          disabled={picked.length !== 2}
          title={picked.length === 2 ? undefined : "Select two versions"}
          onClick={() => compare(Number(picked[0]), Number(picked[1]))}
        >
          Compare
        </Button>
        <Button icon={<IconDownload />} onClick={() => setExporting(true)}>
          Export…
        </Button>
      </Toolbar>
      {rows.error ? (
        <ErrorState what="The history" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={10} />
        </Late>
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill count={rows.newer} onShow={rows.refetch} />}
          <DataTable
            label="History"
            primary={restoring === null}
            columns={historyColumns}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(item) => String(item.history_id)}
            nameOf={(item) => versionName(item)}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            marked={event}
            selection={{
              selected: new Set(picked),
              // The last two that were selected.
              onChange: (next) => onView({ pick: next.size > 0 ? [...next].slice(-2) : undefined }),
            }}
            actions={actions}
            onOpen={(item) => {
              const earlier = before(item);
              if (earlier !== null) compare(earlier, item.history_id);
            }}
            empty={
              <EmptyState title={isFiltered ? "No changes match" : "No history"}>
                {isFiltered ? "Nothing that happened to it matches the filters." : "Nothing happened to it."}
              </EmptyState>
            }
          />
        </div>
      )}
      {restoring && <RestoreDialog item={restoring} now={now} onClose={() => setRestoring(null)} />}
      <Suspense>{exporting && <HistoryExport id={id} onClose={() => setExporting(false)} />}</Suspense>
    </>
  );
}

function HistoryFilters({ view, onView }: Pick<Props, "view" | "onView">) {
  return (
    <>
      <Segmented<(typeof OPERATIONS)[number] | typeof ALL>
        label="Operation"
        value={view.operation ?? ALL}
        options={[{ value: ALL, label: "All" }, ...OPERATIONS.map((value) => ({ value, label: value }))]}
        onChange={(value) => onView({ operation: value === ALL ? undefined : value })}
      />
      <ChoiceFilter
        label="Field"
        value={FIELDS.find(({ name }) => name === view.field)?.label ?? view.field}
        choices={FIELDS.map(({ label }) => ({ value: label }))}
        onChange={(label) => onView({ field: FIELDS.find((one) => one.label === label)?.name ?? label })}
      />
      <FilterField
        label="Who"
        placeholder="Who, as user:mina"
        value={view.actor ?? ""}
        onChange={(actor) => onView({ actor: actor || undefined })}
      />
      <span className={styles.dates}>
        <DateField label="From" value={view.from} onChange={(from) => onView({ from })} />
        <span aria-hidden="true">–</span>
        <DateField label="To" value={view.to} onChange={(to) => onView({ to })} />
      </span>
    </>
  );
}

interface DateProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A day; the server takes it as UTC, the last one to its end. */
function DateField({ label, value, onChange }: DateProps) {
  return (
    <input
      type="date"
      aria-label={`${label} (day, UTC)`}
      title={`${label} (day, UTC)`}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}
