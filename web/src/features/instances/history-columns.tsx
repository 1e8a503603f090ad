import { Link } from "@tanstack/react-router";
import { ActorName } from "@/api/actors";
import type { HistoryItem } from "@/api/types";
import { nameOfActor } from "@/lib/actors";
import { Changes, type ShownChange } from "@/ui/changes";
import type { Column } from "@/ui/data-table/columns";
import { Pill } from "@/ui/pill";
import type { Tone } from "@/ui/status";
import { AbsoluteTime } from "@/ui/time";
import { labelOf, textOf } from "./fields";
import styles from "./instances.module.css";

/** Fields whose changes say nothing: each write moves them. */
const ALWAYS = ["updated_at", "created_at", "id", "project"];

const TONES: Record<HistoryItem["operation_type"], Tone> = { create: "ok", update: "run", delete: "err" };

/** What an event changed, as people read it. */
export function shownChanges({ changes }: Pick<HistoryItem, "changes">): ShownChange[] {
  return Object.entries(changes)
    .filter(([field]) => !ALWAYS.includes(field))
    .map(([field, change]) => ({
      field: labelOf(field).toLowerCase(),
      old: change.old === null ? null : textOf(change.old),
      new: change.new === null ? null : textOf(change.new),
    }));
}

/** What a version is called: its number and who made it. */
export function versionName(item: HistoryItem, by = nameOfActor(item.actor)): string {
  return `version ${item.version} by ${by}`;
}

export const historyColumns: Column<HistoryItem>[] = [
  {
    id: "operation_timestamp",
    header: "When",
    width: 176,
    fixed: true,
    phone: "title",
    cell: (item) => <AbsoluteTime time={item.operation_timestamp} />,
  },
  {
    id: "actor",
    header: "Who",
    width: 120,
    phone: "meta",
    cell: ({ actor }) => <ActorName reference={actor} />,
  },
  {
    id: "operation_type",
    header: "What",
    width: 92,
    phone: "status",
    cell: ({ operation_type }) => <Pill tone={TONES[operation_type]}>{operation_type}</Pill>,
  },
  {
    id: "changes",
    header: "Changes",
    width: 260,
    grow: 1,
    phone: "meta",
    cell: (item) =>
      item.operation_type === "update" ? (
        <Changes changes={shownChanges(item)} />
      ) : (
        <span className={styles.soft}>
          {item.operation_type === "create" ? "as" : "was"} {item.model_name} {item.model_version} on{" "}
          {item.cluster_name}, {item.replicas} replicas
        </span>
      ),
  },
  {
    id: "reason",
    header: "Reason",
    width: 150,
    cell: ({ reason }) => (
      <span className={styles.soft} title={reason ?? undefined}>
        {reason ?? "—"}
      </span>
    ),
  },
  {
    id: "version",
    header: "Version",
    width: 70,
    align: "right",
    cell: ({ version }) => version,
  },
  {
    id: "history_id",
    header: "Event",
    width: 90,
    align: "right",
    cell: ({ history_id, original_id }) => (
      <Link
        to="/instances/$id/history"
        params={{ id: String(original_id) }}
        hash={String(history_id)}
        className={styles.seq}
        title={`Event ${history_id} of the ledger`}
      >
        <code>#{history_id}</code>
      </Link>
    ),
  },
];
