import { useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import type { Deployment, Replica } from "@/api/types";
import { formatInteger, formatPercent } from "@/lib/numbers";
import { CopyableId, CopyButton } from "@/ui/copyable-id";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { PanelGrid, ScrollPage } from "@/ui/page";
import { Facts, Panel } from "@/ui/panel";
import { StatusPill } from "@/ui/pill";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { AbsoluteTime, Elapsed, RelativeTime } from "@/ui/time";
import { deploymentQuery, endpointsQuery, replicasQuery } from "./api";
import styles from "./deployments.module.css";
import { TryIt } from "./try-it";

interface Props {
  id: string;
}

export function DeploymentOverview({ id }: Props) {
  const deployment = useQuery(deploymentQuery(id, useAsOf()));
  return (
    <ScrollPage>
      <Loaded query={deployment} what="The deployment" skeleton={<Skeleton rows={6} />}>
        {(data) => (
          <>
            <Reason deployment={data} />
            <PanelGrid>
              <Panel title="State">
                <Facts
                  items={[
                    ["State", <StatusPill key="state" status={data.state} />],
                    ["Replicas", `${data.replicas.ready} ready of ${data.replicas.desired}`],
                    ["Created", <AbsoluteTime key="created" time={data.created_at} />],
                    ["Changed", <AbsoluteTime key="changed" time={data.updated_at} />],
                  ]}
                />
              </Panel>
              <Panel title="What it serves">
                <Facts
                  items={[
                    ["Model", data.model_name],
                    ["Version", `v${data.model_version}`],
                    ["Traffic", <Split key="split" deployment={data} />],
                    ["Runtime", data.runtime],
                    ["Environment", data.environment],
                    ["Project", data.project],
                    [
                      "Base address",
                      <span key="address" className={styles.url}>
                        <code>{data.endpoint}</code>
                        <CopyButton text={data.endpoint} what="base address" />
                      </span>,
                    ],
                  ]}
                />
              </Panel>
            </PanelGrid>
          </>
        )}
      </Loaded>
    </ScrollPage>
  );
}

/** States of which the reason is what one came for. */
const TROUBLE = new Set<Deployment["state"]>(["failed", "degraded", "unavailable"]);

function Reason({ deployment: { state, reason } }: { deployment: Deployment }) {
  if (reason === null) return null;
  return (
    <p className={styles.reason} data-trouble={TROUBLE.has(state) || undefined}>
      {state.charAt(0).toUpperCase() + state.slice(1)}: {reason}
    </p>
  );
}

function Split({ deployment: { split } }: { deployment: Deployment }) {
  return (
    <>{split.map(({ version, weight }) => `v${version} ${formatPercent(weight, 0)}`).join(" · ") || "—"}</>
  );
}

export function DeploymentEndpoints({ id }: Props) {
  const at = useAsOf();
  const endpoints = useQuery(endpointsQuery(id, at));
  const deployment = useQuery(deploymentQuery(id, at));
  return (
    <ScrollPage>
      <Loaded query={endpoints} what="Endpoints" skeleton={<Skeleton rows={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No endpoint">This deployment answers at no address.</EmptyState>
          ) : (
            <PanelGrid>
              {items.map((endpoint) => (
                <Panel key={endpoint.id} title="Endpoint">
                  <Facts
                    items={[
                      ["Protocol", protocolName(endpoint.protocol)],
                      [
                        "Address",
                        <span key="address" className={styles.url}>
                          <code>
                            {endpoint.method} {endpoint.url}
                          </code>
                          <CopyButton text={endpoint.url} what="endpoint address" />
                        </span>,
                      ],
                      ["Id", <CopyableId key="id" id={endpoint.id} what="endpoint id" length={12} />],
                    ]}
                  />
                </Panel>
              ))}
              {deployment.data && items[0] && <TryIt deployment={deployment.data} url={items[0].url} />}
            </PanelGrid>
          )
        }
      </Loaded>
    </ScrollPage>
  );
}

function protocolName(protocol: string): string {
  return protocol === "v2" ? "Open Inference Protocol (v2)" : protocol;
}

const replicaColumns: Column<Replica>[] = [
  {
    id: "id",
    header: "Replica",
    width: 180,
    fixed: true,
    phone: "title",
    cell: ({ id }) => <CopyableId id={id} what="replica id" length={12} />,
  },
  {
    id: "state",
    header: "State",
    width: 110,
    phone: "status",
    cell: ({ state, reason }) => <StatusPill status={state} why={reason} />,
  },
  {
    id: "version",
    header: "Serves",
    width: 70,
    phone: "meta",
    cell: ({ model_version }) => `v${model_version}`,
  },
  {
    id: "restarts",
    header: "Restarts",
    width: 80,
    align: "right",
    phone: "meta",
    cell: ({ restarts }) => formatInteger(restarts),
  },
  {
    id: "created",
    header: "Started",
    width: 110,
    align: "right",
    phone: "meta",
    cell: ({ created_at }) => <RelativeTime time={created_at} />,
  },
  {
    id: "start",
    header: "Ready after",
    width: 100,
    align: "right",
    cell: ({ created_at, ready_at }) =>
      ready_at === null ? "—" : <Elapsed start={created_at} end={ready_at} />,
  },
  {
    id: "ended",
    header: "Ended",
    width: 110,
    align: "right",
    cell: ({ ended_at }) => <RelativeTime time={ended_at} />,
  },
  { id: "pid", header: "Process", width: 80, align: "right", cell: ({ pid }) => <code>{pid ?? "—"}</code> },
  {
    id: "reason",
    header: "Reason",
    width: 200,
    grow: 1,
    cell: ({ reason }) => (
      <span className={styles.soft} title={reason ?? undefined}>
        {reason ?? "—"}
      </span>
    ),
  },
];

export function DeploymentReplicas({ id }: Props) {
  const replicas = useQuery(replicasQuery(id, useAsOf()));
  return (
    <Loaded query={replicas} what="Replicas" skeleton={<Skeleton rows={4} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title="No replica yet">The first one is started within seconds.</EmptyState>
        ) : (
          <DataTable
            label="Replicas"
            columns={replicaColumns}
            rowCount={items.length}
            rowAt={(index) => items[index]}
            idOf={(replica) => replica.id}
            nameOf={(replica) => replica.id}
          />
        )
      }
    </Loaded>
  );
}
