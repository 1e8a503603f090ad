import { IconChevronRight, IconFlask, IconRocket, IconServer, IconShieldQuestion } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ActorName } from "@/api/actors";
import { pendingApprovalsQuery } from "@/api/pending-approvals";
import type { Approval } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { Panel } from "@/ui/panel";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { RelativeTime, useNow } from "@/ui/time";
import {
  brokenInstancesQuery,
  deploymentGroupQuery,
  failedFilter,
  failedRunsQuery,
  RECENT_DAYS,
  type Scope,
  stateFilter,
} from "./api";
import {
  type Attention,
  type AttentionKind,
  ofApproval,
  ofDeployment,
  ofInstance,
  ofRun,
  ranked,
} from "./attention";
import styles from "./dashboard.module.css";
import { toList } from "./links";

const ICONS: Record<AttentionKind, typeof IconFlask> = {
  deployment: IconRocket,
  instance: IconServer,
  run: IconFlask,
  approval: IconShieldQuestion,
};
/** What has room; the lists have the others. */
const SHOWN = 8;

/** What can be done at once with something that waits for a decision. */
export type DecisionsOf = (approval: Approval) => ReactNode;

interface Props {
  scope: Scope;
  decisions: DecisionsOf;
}

/**
 * What went wrong and is known to have, and what waits for a decision: failed runs, deployments in trouble, instances in
 * error, requested transitions.
 */
export function AttentionPanel({ scope, decisions }: Props) {
  const now = useNow();
  const deployments = useQuery(deploymentGroupQuery(scope, "trouble"));
  const instances = useQuery(brokenInstancesQuery(scope));
  const runs = useQuery(failedRunsQuery(scope, now));
  const approvals = useQuery(pendingApprovalsQuery(scope.project, scope.at));
  const sources = [
    { name: "deployments", query: deployments },
    { name: "instances", query: instances },
    { name: "runs", query: runs },
    { name: "approvals", query: approvals },
  ];
  const missing = sources.filter(({ query }) => query.error && !query.data);
  const isPending = sources.some(({ query }) => query.isPending);
  const items = ranked([
    ...(deployments.data?.items ?? []).map(ofDeployment),
    ...(instances.data?.items ?? []).map(ofInstance),
    ...(runs.data?.items ?? []).map(ofRun),
    ...(approvals.data?.items ?? []).map(ofApproval),
  ]);
  const total = sources.reduce((sum, { query }) => sum + (query.data?.total ?? 0), 0);
  const retry = () => {
    for (const { query } of missing) void query.refetch();
  };
  return (
    <Panel title="Needs attention" count={isPending || missing.length > 0 ? undefined : formatInteger(total)}>
      {missing.length === sources.length ? (
        <ErrorState what="What needs attention" error={missing[0]?.query.error} onRetry={retry} />
      ) : isPending ? (
        <Late>
          <Skeleton rows={4} />
        </Late>
      ) : (
        <>
          {missing.length > 0 && (
            <p className={styles.partial} role="alert">
              {sources.length - missing.length} of {sources.length} sources answered;{" "}
              {missing.map(({ name }) => name).join(" and ")} did not.{" "}
              <button type="button" className={styles.again} onClick={retry}>
                Retry
              </button>
            </p>
          )}
          {items.length === 0 && missing.length === 0 && (
            <p className={styles.quiet}>
              All quiet: no deployment is in trouble, no instance in error, nothing waits for approval, and no
              run failed in the last {RECENT_DAYS} days.
            </p>
          )}
          <ul>
            {items.slice(0, SHOWN).map((item) => (
              <li key={item.key}>
                <Item item={item} decisions={decisions} />
              </li>
            ))}
          </ul>
          {total > SHOWN && (
            <p className={styles.rest}>
              All{" "}
              <Link {...toList("/deployments", { filter: stateFilter("trouble") })}>
                {plural(deployments.data?.total ?? 0, "deployment")}
              </Link>
              ,{" "}
              <Link {...toList("/instances", { status: "error" })}>
                {plural(instances.data?.total ?? 0, "instance")}
              </Link>
              ,{" "}
              <Link {...toList("/runs", { filter: failedFilter(now) })}>
                {plural(runs.data?.total ?? 0, "run")}
              </Link>
              , <Link {...toList("/registry")}>{plural(approvals.data?.total ?? 0, "request")}</Link>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

function Item({ item, decisions }: { item: Attention; decisions: DecisionsOf }) {
  const { kind, severity, title, detail, at, action, link, approval } = item;
  const Icon = ICONS[kind];
  return (
    <div className={styles.attention} data-kind={kind}>
      <span className={styles.attentionIcon} data-severe={severity === 0 || undefined}>
        <Icon size={17} stroke={1.6} aria-hidden="true" />
      </span>
      <div>
        <p className={styles.attentionTitle} title={title}>
          {approval ? <Link {...link}>{title}</Link> : title}
        </p>
        <p className={styles.soft}>
          {approval && (
            <>
              <ActorName reference={approval.requested_by} /> ·{" "}
            </>
          )}
          {detail}
        </p>
      </div>
      <span className={styles.soft}>
        <RelativeTime time={at} />
      </span>
      {approval ? (
        decisions(approval)
      ) : (
        <Link {...link} className={styles.action} aria-label={`${action}: ${title}`}>
          {action}
          <IconChevronRight size={15} aria-hidden="true" />
        </Link>
      )}
    </div>
  );
}
