import { useQueries, useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import { ScrollPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import {
  DEPLOYMENT_GROUPS,
  type DeploymentGroup,
  deploymentGroupQuery,
  fleetQuery,
  runCountsQuery,
  type Scope,
} from "./api";
import { AttentionPanel, type DecisionsOf } from "./attention-panel";
import styles from "./dashboard.module.css";
import { FirstSteps } from "./first-steps";
import { FleetPanel } from "./fleet-panel";
import { LatestChanges } from "./latest-changes";
import { Tiles } from "./tiles";

interface Props {
  project: string | undefined;
  decisions: DecisionsOf;
}

/** What needs me? Everything in numbers, what went wrong, what changed last. */
export function DashboardPage({ project, decisions }: Props) {
  const scope = { project, at: useAsOf() };
  const isNew = useIsEmpty(scope) && scope.at === undefined;
  return (
    <ScrollPage>
      <PageHeader name="Dashboard" title="Dashboard" />
      <div className={styles.page}>
        <Tiles scope={scope} />
        {isNew ? (
          <FirstSteps />
        ) : (
          <div className={styles.columns}>
            <AttentionPanel scope={scope} decisions={decisions} />
            <FleetPanel scope={scope} />
          </div>
        )}
        <LatestChanges scope={scope} />
      </div>
    </ScrollPage>
  );
}

const GROUPS = Object.keys(DEPLOYMENT_GROUPS) as DeploymentGroup[];

/** Whether it is known that there is nothing yet: neither runs, deployments nor instances. */
function useIsEmpty(scope: Scope): boolean {
  const runs = useQuery(runCountsQuery(scope));
  const fleet = useQuery(fleetQuery(scope));
  const deployments = useQueries({ queries: GROUPS.map((group) => deploymentGroupQuery(scope, group)) });
  const totals = [runs.data?.total, fleet.data?.total, ...deployments.map(({ data }) => data?.total)];
  return totals.every((total) => total === 0);
}
