import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import { toApiError } from "@/api/errors";
import type { HistoryItem, Instance } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { useStore } from "@/lib/store";
import { Changes } from "@/ui/changes";
import { PanelGrid, ScrollPage } from "@/ui/page";
import { Facts, Panel } from "@/ui/panel";
import { Pill } from "@/ui/pill";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { toneOf } from "@/ui/status";
import { AbsoluteTime, RelativeTime } from "@/ui/time";
import { historyQuery, instanceQuery } from "./api";
import { pendingEdits, withPending } from "./editing";
import { gpusOf } from "./fields";
import { shownChanges } from "./history-columns";
import { PriorityWord } from "./instance-columns";
import styles from "./instances.module.css";

const NEWEST = 8;

/** What an instance is now, and what happened to it last. */
export function InstanceDetail({ id }: { id: string }) {
  const instance = useQuery(instanceQuery(id, useAsOf()));
  const pending = useStore(pendingEdits);
  if (instance.data === undefined && toApiError(instance.error).isMissing) return <Gone id={id} />;
  return (
    <ScrollPage>
      <Loaded query={instance} what="The instance" skeleton={<Skeleton rows={8} />}>
        {(data) => (
          <PanelGrid>
            <Serving instance={withPending(data, pending)} />
            <Resources instance={withPending(data, pending)} />
            <Record instance={data} />
            <Newest id={id} />
          </PanelGrid>
        )}
      </Loaded>
    </ScrollPage>
  );
}

function Gone({ id }: { id: string }) {
  return (
    <EmptyState
      title="This instance was deleted"
      action={
        <Link to="/instances/$id/history" params={{ id }} className={styles.link}>
          Show its history
        </Link>
      }
    >
      Every version of it is kept; its history restores any of them.
    </EmptyState>
  );
}

function Serving({ instance }: { instance: Instance }) {
  return (
    <Panel title="What it serves">
      <Facts
        items={[
          ["Model", instance.model_name],
          ["Model version", instance.model_version],
          ["Image tag", <code key="tag">{instance.image_tag}</code>],
          [
            "Status",
            <Pill key="status" tone={toneOf(instance.status)}>
              {instance.status}
            </Pill>,
          ],
          ["Priority", <PriorityWord key="priority" priority={instance.priority} />],
          ["Description", instance.description || "—"],
        ]}
      />
    </Panel>
  );
}

function Resources({ instance }: { instance: Instance }) {
  const { pp, cp, tp, replicas } = instance;
  return (
    <Panel title="What it takes">
      <Facts
        items={[
          ["Cluster", instance.cluster_name],
          ["Replicas", formatInteger(replicas)],
          ["Pipeline parallelism", formatInteger(pp)],
          ["Context parallelism", formatInteger(cp)],
          ["Tensor parallelism", formatInteger(tp)],
          [
            "GPUs",
            <span key="gpus">
              {formatInteger(gpusOf(instance))}{" "}
              <span className={styles.mute}>{formatInteger(pp * cp * tp)} a replica</span>
            </span>,
          ],
        ]}
      />
    </Panel>
  );
}

function Record({ instance }: { instance: Instance }) {
  return (
    <Panel title="Record">
      <Facts
        items={[
          ["Project", instance.project],
          ["Created", <AbsoluteTime key="created" time={instance.created_at} />],
          ["Changed", <AbsoluteTime key="changed" time={instance.updated_at} />],
          ["Version", formatInteger(instance.version)],
        ]}
      />
    </Panel>
  );
}

function Newest({ id }: { id: string }) {
  const history = useQuery(historyQuery(id, { at: useAsOf() }, 0));
  return (
    <Panel
      title="Last changes"
      count={history.data && plural(history.data.total, "change")}
      actions={
        <Link to="/instances/$id/history" params={{ id }} className={styles.link}>
          All of its history
        </Link>
      }
    >
      <Loaded query={history} what="The history" skeleton={<Skeleton rows={4} />}>
        {({ items }) => (
          <ul className={styles.newest}>
            {items.slice(0, NEWEST).map((item) => (
              <Change key={item.history_id} item={item} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function Change({ item }: { item: HistoryItem }) {
  return (
    <li>
      <span className={styles.mute}>
        <RelativeTime time={item.operation_timestamp} />
      </span>
      <ActorName reference={item.actor} />
      {item.operation_type === "update" ? (
        <Changes changes={shownChanges(item)} />
      ) : (
        <span className={styles.operation}>{item.operation_type}d</span>
      )}
    </li>
  );
}
