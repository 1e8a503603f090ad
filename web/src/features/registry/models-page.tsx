import type { Model } from "@/api/types";
import type { ListView } from "@/lib/list-view";
import { formatInteger, formatMeasured, NO_VALUE, plural } from "@/lib/numbers";
import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";
import type { Column } from "@/ui/data-table/columns";
import { ListPage } from "@/ui/list-page";
import { Pill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { toneOf } from "@/ui/status";
import { RelativeTime } from "@/ui/time";
import { modelsQuery } from "./api";
import { headline } from "./evaluation";
import { MODEL_GRAMMAR } from "./model-grammar";
import styles from "./registry.module.css";
import { PendingRequests } from "./requests";
import { stagesOf } from "./stages";

const columns: Column<Model>[] = [
  {
    id: "name",
    header: "Name",
    width: 200,
    grow: 2,
    fixed: true,
    sort: "name",
    phone: "title",
    cell: ({ id, name }) => (
      <RowLink to="/registry/$id" id={id} className={styles.name}>
        {name}
      </RowLink>
    ),
  },
  {
    id: "framework",
    header: "Framework",
    width: 110,
    sort: "framework",
    cell: ({ framework }) => <span className={styles.soft}>{framework ?? NO_VALUE}</span>,
  },
  {
    id: "aliases",
    header: "Aliases",
    width: 200,
    grow: 2,
    phone: "meta",
    cell: ({ aliases }) => <Aliases aliases={aliases} />,
  },
  {
    id: "stages",
    header: "Stages",
    width: 210,
    grow: 1,
    phone: "status",
    cell: (model) => <Stages model={model} />,
  },
  {
    id: "performance",
    header: "Measured",
    width: 150,
    align: "right",
    phone: "meta",
    cell: ({ performance, performance_version }) => {
      const found = headline(performance);
      if (found === null) return NO_VALUE;
      return (
        <span title={`Evaluation of version ${performance_version}`}>
          <span className={styles.soft}>{found.name}</span> {formatMeasured(found.value)}
        </span>
      );
    },
  },
  {
    id: "versions",
    header: "Versions",
    width: 90,
    align: "right",
    cell: ({ version_count }) => formatInteger(version_count),
  },
  {
    id: "used_by",
    header: "Used by",
    width: 120,
    align: "right",
    cell: ({ used_by }) =>
      used_by === 0 ? <span className={styles.soft}>nobody</span> : plural(used_by, "deployment"),
  },
  {
    id: "updated_at",
    header: "Changed",
    width: 110,
    align: "right",
    sort: "updated_at",
    cell: ({ updated_at }) => <RelativeTime time={updated_at} />,
  },
];

/** `@champion v18`, as many as there are. */
export function Aliases({ aliases }: { aliases: Readonly<Record<string, number>> }) {
  const all = Object.entries(aliases).sort(([a], [b]) => a.localeCompare(b));
  if (all.length === 0) return <span className={styles.soft}>{NO_VALUE}</span>;
  return (
    <span className={styles.marks} title={all.map(([name, number]) => `@${name} v${number}`).join("\n")}>
      {all.map(([name, number]) => (
        <span key={name} className={styles.alias}>
          @{name} <span className={styles.number}>v{number}</span>
        </span>
      ))}
    </span>
  );
}

function Stages({ model }: { model: Model }) {
  const all = stagesOf(model);
  if (all.length === 0) return <span className={styles.soft}>{NO_VALUE}</span>;
  return (
    <span className={styles.marks}>
      {all.map(([stage, number]) => (
        <Pill key={stage} tone={toneOf(stage)}>
          {stage.charAt(0).toUpperCase() + stage.slice(1)} v{number}
        </Pill>
      ))}
    </span>
  );
}

interface Props {
  view: ListView;
  onView: (change: Partial<ListView>) => void;
}

/** All models of the project. */
export function ModelsPage({ view, onView }: Props) {
  return (
    <ListPage
      name="Registry"
      things="Models"
      placeholder="Filter by name, or framework = 'sklearn'…"
      completion={MODEL_GRAMMAR}
      columns={columns}
      view={view}
      onView={onView}
      pageQuery={(offset) => modelsQuery(view, offset)}
      pageOf={({ id }) => ({ to: "/registry/$id", params: { id } })}
      notice={<PendingRequests project={view.project} />}
      first={<FirstModel />}
    />
  );
}

function FirstModel() {
  return (
    <>
      <p>A registered model is a name for versions of one model. It appears here with its first version.</p>
      <CodeBlock
        label="Python, with the mlflow client"
        code={`import mlflow

mlflow.set_tracking_uri("${publicUrl()}")
with mlflow.start_run():
    mlflow.sklearn.log_model(model, name="model", registered_model_name="my-model")`}
      />
      <CodeBlock
        label="HTTP"
        code={`curl ${publicUrl()}/api/registry/models \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "my-model"}'`}
      />
    </>
  );
}
