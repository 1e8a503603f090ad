import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import type { Deployment } from "@/api/types";
import { CopyableId } from "@/ui/copyable-id";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { StatusPill } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { TabPanel, Tabs } from "@/ui/tabs";
import { RelativeTime } from "@/ui/time";
import { deploymentQuery } from "./api";
import styles from "./deployments.module.css";
import { EndingActions } from "./ending";

const TABS = ["overview", "endpoints", "replicas"] as const;
const ABOVE: readonly Crumb[] = [{ label: "Deployments", link: { to: "/deployments" } }];
export type DeploymentTab = (typeof TABS)[number];

interface Props {
  id: string;
  tab: DeploymentTab;
  children: ReactNode;
}

/** A deployment's header and tabs, around the tab that is shown. */
export function DeploymentLayout({ id, tab, children }: Props) {
  const deployment = useQuery(deploymentQuery(id, useAsOf()));
  const navigate = useNavigate();
  useShortcuts(
    useMemo(
      () =>
        TABS.map((one, index) => ({
          keys: String(index + 1),
          does: `Show ${one}`,
          group: "Deployment",
          run: () => void navigate({ to: `/deployments/$id/${one}`, params: { id } }),
        })),
      [navigate, id],
    ),
  );
  const label = tab.charAt(0).toUpperCase() + tab.slice(1);
  return (
    <LoadedPage query={deployment} kind="Deployment" above={ABOVE}>
      {(data) => (
        <FillPage>
          <DeploymentHeader deployment={data} />
          <Tabs
            label="Parts of the deployment"
            current={label}
            tabs={[
              { label: "Overview", link: { to: "/deployments/$id/overview", params: { id } } },
              { label: "Endpoints", link: { to: "/deployments/$id/endpoints", params: { id } } },
              { label: "Replicas", link: { to: "/deployments/$id/replicas", params: { id } } },
            ]}
          />
          <TabPanel label={label} className={styles.panel}>
            {children}
          </TabPanel>
        </FillPage>
      )}
    </LoadedPage>
  );
}

function DeploymentHeader({ deployment }: { deployment: Deployment }) {
  const { ready, desired } = deployment.replicas;
  return (
    <PageHeader
      name={deployment.name}
      title={deployment.name}
      above={ABOVE}
      aside={
        <>
          <StatusPill status={deployment.state} why={deployment.reason} />
          <CopyableId id={deployment.id} what="deployment id" length={12} />
        </>
      }
      actions={<EndingActions deployment={deployment} />}
      facts={[
        ["Environment", deployment.environment],
        ["Model", `${deployment.model_name} v${deployment.model_version}`],
        ["Ready", `${ready}/${desired}`],
        ["Changed", <RelativeTime key="changed" time={deployment.updated_at} />],
      ]}
    />
  );
}
