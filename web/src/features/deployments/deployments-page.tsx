import type { Deployment } from "@/api/types";
import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";
import type { Column } from "@/ui/data-table/columns";
import { ListPage } from "@/ui/list-page";
import { StatusPill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { RelativeTime } from "@/ui/time";
import { type DeploymentsView, deploymentsQuery } from "./api";
import { DEPLOYMENT_GRAMMAR } from "./deployment-grammar";
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
  return (
    <ListPage
      name="Deployments"
      placeholder="Filter by name, or state = 'failed'…"
      completion={DEPLOYMENT_GRAMMAR}
      columns={columns}
      view={view}
      // They are sorted by nothing else.
      onView={({ sort: _, ...change }) => onView(change)}
      pageQuery={(offset) => deploymentsQuery(view, offset)}
      pageOf={({ id }) => ({ to: "/deployments/$id/overview", params: { id } })}
      first={<FirstDeployment />}
    />
  );
}

function FirstDeployment() {
  return (
    <>
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
    </>
  );
}
