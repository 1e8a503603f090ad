import { ActorName } from "@/api/actors";
import type { RunSummary } from "@/api/types";
import { formatMeasured, fromWire, NO_VALUE } from "@/lib/numbers";
import { shortId } from "@/ui/copyable-id";
import type { ColumnChoice } from "@/ui/data-table/column-picker";
import type { Column } from "@/ui/data-table/columns";
import { StatusPill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { Elapsed, RelativeTime } from "@/ui/time";
import type { RunScope } from "./api";
import { ExperimentLink } from "./experiment-link";
import styles from "./experiments.module.css";
import { FIELD_KINDS, type FieldKind, splitField } from "./run-fields";

/** A run's own columns, before its metrics and params. */
const OWN: Column<RunSummary>[] = [
  {
    id: "name",
    header: "Run",
    width: 220,
    grow: 1,
    sort: "name",
    fixed: true,
    phone: "title",
    cell: (run) => (
      <>
        <RowLink to="/runs/$id/overview" id={run.id} className={styles.name}>
          {run.name}
        </RowLink>
        <code className={styles.id}>{shortId(run.id)}</code>
      </>
    ),
  },
  {
    id: "status",
    header: "Status",
    width: 112,
    sort: "status",
    phone: "status",
    cell: (run) => <StatusPill status={run.status} why={run.status_reason} />,
  },
  {
    id: "experiment_id",
    header: "Experiment",
    width: 160,
    grow: 1,
    sort: "experiment_id",
    phone: "meta",
    cell: (run) => <ExperimentLink id={run.experiment_id} />,
  },
  {
    id: "started_at",
    header: "Started",
    width: 104,
    align: "right",
    sort: "started_at",
    phone: "meta",
    cell: (run) => <RelativeTime time={run.started_at} />,
  },
  {
    id: "duration",
    header: "Duration",
    width: 92,
    align: "right",
    sort: "duration_s",
    phone: "meta",
    cell: (run) => <Elapsed start={run.started_at} end={run.ended_at} />,
  },
  {
    id: "user",
    header: "User",
    width: 120,
    sort: "user",
    cell: (run) => <ActorName className={styles.soft} reference={run.user} />,
  },
  {
    id: "created_at",
    header: "Created",
    width: 110,
    align: "right",
    sort: "created_at",
    cell: (run) => <RelativeTime time={run.created_at} />,
  },
];

const OWN_IDS = OWN.map((column) => column.id);
/** A run's own columns that are shown before anybody chose. */
export const FIRST_OWN = ["name", "status", "started_at", "duration"];

/** The metrics, params and tags among some columns. */
export function measuredOf(ids: readonly string[]): string[] {
  return ids.filter((id) => !OWN_IDS.includes(id));
}

const GROUPS: Record<FieldKind, string> = { metrics: "Metrics", params: "Params", tags: "Tags" };

/** What a table of runs offers: its own columns, and the metrics, params and tags that are known. */
export function columnChoices(scope: RunScope, fields: readonly string[]): ColumnChoice[] {
  const isOffered = ({ id, fixed }: Column<RunSummary>) =>
    !fixed && !("experiment" in scope && id === "experiment_id");
  const own = OWN.filter(isOffered).map(({ id, header }) => ({ id, header, group: "Run" }));
  const measured = FIELD_KINDS.flatMap((kind) =>
    fields
      .filter((field) => splitField(field)[0] === kind)
      .map((field) => ({ id: field, header: splitField(field)[1], group: GROUPS[kind] })),
  );
  return [...own, ...measured];
}

/** A phone has room for so many beside a run's own columns: metrics before params before tags. */
const MEASURED_ON_PHONE = 2;
const rankOf = (id: string) => FIELD_KINDS.indexOf(splitField(id)[0] as FieldKind);

/** Columns by id, the run's name first, then those that stay in view, then the others in the order asked for. */
export function runColumns(ids: readonly string[], pinned: readonly string[] = []): Column<RunSummary>[] {
  const own = OWN.filter((column) => column.fixed || ids.includes(column.id));
  const measured = measuredOf(ids);
  const onPhone = [...measured].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, MEASURED_ON_PHONE);
  const all = [...own, ...measured.map(measuredColumn)].map((column) => ({
    ...column,
    phone: onPhone.includes(column.id) ? ("meta" as const) : column.phone,
    pinned: column.fixed || pinned.includes(column.id),
  }));
  return [...all.filter((column) => column.pinned), ...all.filter((column) => !column.pinned)];
}

function measuredColumn(id: string): Column<RunSummary> {
  const [kind, name] = splitField(id);
  return {
    id,
    header: name,
    width: 96,
    align: "right",
    sort: id,
    cell: (run) => {
      if (kind === "metrics") return formatMeasured(fromWire(run.metrics[name]));
      const text = kind === "tags" ? run.tags[name] : run.params[name];
      return (
        <span className={styles.soft} title={text}>
          {text ?? NO_VALUE}
        </span>
      );
    },
  };
}
