import type { Instance } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import type { ColumnChoice } from "@/ui/data-table/column-picker";
import type { CellEdit, Column } from "@/ui/data-table/columns";
import { Pill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { toneOf } from "@/ui/status";
import { RelativeTime } from "@/ui/time";
import { type FieldName, fieldOf, gpusOf, problemOf, textOf } from "./fields";
import styles from "./instances.module.css";

/** What the table does with an edit in place. */
export interface CellEdits {
  can: (instance: Instance) => boolean;
  commit: (instance: Instance, name: FieldName, typed: string) => void;
  refuse: (instance: Instance, name: FieldName, why: string) => void;
}

function editOf(name: FieldName, edits: CellEdits): CellEdit<Instance> {
  const { kind, options } = fieldOf(name);
  return {
    kind,
    options,
    can: edits.can,
    value: (instance) => textOf(instance[name]),
    check: (typed) => problemOf(name, typed),
    commit: (instance, typed) => edits.commit(instance, name, typed),
    refuse: (instance, _, why) => edits.refuse(instance, name, why),
  };
}

/** Priorities that call for attention have a colour of their own. */
export function PriorityWord({ priority }: { priority: Instance["priority"] }) {
  return (
    <span className={styles.priority} data-priority={priority}>
      {priority}
    </span>
  );
}

const softText = (value: string) => (
  <span className={styles.soft} title={value}>
    {value || "—"}
  </span>
);

/** All columns of the list, in their order. */
function allColumns(edits: CellEdits): Column<Instance>[] {
  const number = (name: "replicas" | "pp" | "cp" | "tp", width: number): Column<Instance> => ({
    id: name,
    header: fieldOf(name).short ?? fieldOf(name).label,
    width,
    fits: true,
    align: "right",
    sort: name,
    phone: name === "replicas" ? "meta" : undefined,
    cell: (instance) => formatInteger(instance[name]),
    edit: editOf(name, edits),
  });
  return [
    {
      id: "name",
      header: "Name",
      width: 176,
      grow: 3,
      sort: "name",
      fixed: true,
      phone: "title",
      cell: ({ id, name }) => (
        <RowLink to="/instances/$id/detail" id={String(id)} className={styles.name}>
          {name}
        </RowLink>
      ),
    },
    {
      id: "status",
      header: "Status",
      width: 100,
      fits: true,
      sort: "status",
      phone: "status",
      cell: ({ status }) => <Pill tone={toneOf(status)}>{status}</Pill>,
      edit: editOf("status", edits),
    },
    {
      id: "model_name",
      header: "Model",
      width: 150,
      grow: 2,
      sort: "model_name",
      phone: "meta",
      cell: ({ model_name, model_version }) => (
        <span title={`${model_name} ${model_version}`}>
          {model_name} <span className={styles.soft}>{model_version}</span>
        </span>
      ),
    },
    {
      id: "cluster_name",
      header: "Cluster",
      width: 118,
      grow: 1,
      sort: "cluster_name",
      cell: ({ cluster_name }) => cluster_name,
      edit: editOf("cluster_name", edits),
    },
    {
      id: "image_tag",
      header: "Image tag",
      width: 110,
      grow: 1,
      sort: "image_tag",
      cell: ({ image_tag }) => <code className={styles.soft}>{image_tag}</code>,
      edit: editOf("image_tag", edits),
    },
    number("replicas", 84),
    number("pp", 50),
    number("cp", 50),
    number("tp", 50),
    {
      id: "gpus",
      header: "GPUs",
      width: 72,
      fits: true,
      align: "right",
      cell: (instance) => (
        <span className={styles.soft} title="PP × CP × TP × replicas">
          {formatInteger(gpusOf(instance))}
        </span>
      ),
    },
    {
      id: "priority",
      header: "Priority",
      width: 84,
      fits: true,
      sort: "priority",
      cell: ({ priority }) => <PriorityWord priority={priority} />,
      edit: editOf("priority", edits),
    },
    {
      id: "updated_at",
      header: "Updated",
      width: 92,
      fits: true,
      align: "right",
      sort: "updated_at",
      cell: ({ updated_at }) => (
        <span className={styles.soft}>
          <RelativeTime time={updated_at} />
        </span>
      ),
    },
    {
      id: "created_at",
      header: "Created",
      width: 100,
      fits: true,
      align: "right",
      sort: "created_at",
      cell: ({ created_at }) => (
        <span className={styles.soft}>
          <RelativeTime time={created_at} />
        </span>
      ),
    },
    {
      id: "description",
      header: "Description",
      width: 180,
      grow: 2,
      cell: ({ description }) => softText(description),
      edit: editOf("description", edits),
    },
    {
      id: "model_version",
      header: "Model version",
      width: 110,
      sort: "model_version",
      cell: ({ model_version }) => softText(model_version),
      edit: editOf("model_version", edits),
    },
    {
      id: "project",
      header: "Project",
      width: 110,
      cell: ({ project }) => softText(project),
    },
    {
      id: "version",
      header: "Version",
      width: 72,
      fits: true,
      align: "right",
      cell: ({ version }) => formatInteger(version),
    },
    { id: "id", header: "Id", width: 72, align: "right", sort: "id", cell: ({ id }) => <code>{id}</code> },
  ];
}

/** What is shown before anybody chose. */
export const FIRST_COLUMNS = [
  ...["status", "model_name", "cluster_name", "image_tag", "replicas", "pp", "cp", "tp", "gpus"],
  ...["priority", "updated_at"],
];

const NO_EDITS: CellEdits = { can: () => false, commit: () => {}, refuse: () => {} };

export const columnChoices: readonly ColumnChoice[] = allColumns(NO_EDITS)
  .filter(({ fixed }) => !fixed)
  .map(({ id, header }) => ({ id, header, group: "Instance" }));

/** The columns with some ids; the name always comes first. */
export function instanceColumns(ids: readonly string[], edits: CellEdits): Column<Instance>[] {
  return allColumns(edits).filter(({ id, fixed }) => fixed || ids.includes(id));
}
