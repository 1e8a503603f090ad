import { IconChevronRight, IconFlask, IconRocket, IconServer } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
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
import { type Attention, type AttentionKind, ofDeployment, ofInstance, ofRun, ranked } from "./attention";
import styles from "./dashboard.module.css";
import { toList } from "./links";

const ICONS: Record<AttentionKind, typeof IconFlask> = {
  deployment: IconRocket,
  instance: IconServer,
  run: IconFlask,
};
/** What has room; the lists have the others. */
const SHOWN = 8;

/** What went wrong and is known to have: failed runs, deployments in trouble, instances in error. */
export function AttentionPanel({ scope }: { scope: Scope }) {
  const now = useNow();
  const deployments = useQuery(deploymentGroupQuery(scope, "trouble"));
  const instances = useQuery(brokenInstancesQuery(scope));
  const runs = useQuery(failedRunsQuery(scope, now));
  const sources = [
    { name: "deployments", query: deployments },
    { name: "instances", query: instances },
    { name: "runs", query: runs },
  ];
  const missing = sources.filter(({ query }) => query.error && !query.data);
  const isPending = sources.some(({ query }) => query.isPending);
  const items = ranked([
    ...(deployments.data?.items ?? []).map(ofDeployment),
    ...(instances.data?.items ?? []).map(ofInstance),
    ...(runs.data?.items ?? []).map(ofRun),
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
              All quiet: no deployment is in trouble, no instance in error, and no run failed in the last{" "}
              {RECENT_DAYS} days.
            </p>
          )}
          <ul>
            {items.slice(0, SHOWN).map((item) => (
              <li key={item.key}>
                <Item item={item} />
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
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

function Item({ item: { kind, severity, title, detail, at, action, link } }: { item: Attention }) {
  const Icon = ICONS[kind];
  return (
    <div className={styles.attention}>
      <span className={styles.attentionIcon} data-severe={severity === 0 || undefined}>
        <Icon size={17} stroke={1.6} aria-hidden="true" />
      </span>
      <div>
        <p className={styles.attentionTitle} title={title}>
          {title}
        </p>
        <p className={styles.soft}>{detail}</p>
      </div>
      <span className={styles.soft}>
        <RelativeTime time={at} />
      </span>
      <Link {...link} className={styles.action} aria-label={`${action}: ${title}`}>
        {action}
        <IconChevronRight size={15} aria-hidden="true" />
      </Link>
    </div>
  );
}
