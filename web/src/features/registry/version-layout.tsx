import { IconDownload, IconRocket, IconTransfer } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import { download } from "@/api/download";
import { toApiError } from "@/api/errors";
import type { Model, VersionDetail } from "@/api/types";
import { NO_VALUE } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { Button } from "@/ui/button";
import { shortId } from "@/ui/copyable-id";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { StatusPill } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { TabPanel, Tabs } from "@/ui/tabs";
import { RelativeTime } from "@/ui/time";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import { modelQuery, type VersionKey, versionQuery } from "./api";
import { DeployDialog } from "./deploy-dialog";
import styles from "./registry.module.css";
import { Requests } from "./requests";
import { StageStrip } from "./stage-strip";
import { TransitionDialog } from "./transition-dialog";

const TABS = ["overview", "lineage"] as const;
export type VersionTab = (typeof TABS)[number];

const ADDRESSES = { overview: "/registry/$id/v/$n", lineage: "/registry/$id/v/$n/lineage" } as const;

interface Props {
  id: string;
  number: number;
  project: string | undefined;
  tab: VersionTab;
  children: ReactNode;
}

/** A version's header, its way through the stages and its tabs, around the tab that is shown. */
export function VersionLayout({ id, number, project, tab, children }: Props) {
  const at = useAsOf();
  const key: VersionKey = { model: id, number, project, at };
  const version = useQuery(versionQuery(key));
  const model = useQuery(modelQuery(key));
  const navigate = useNavigate();
  const params = { id, n: String(number) };
  useShortcuts(
    useMemo(
      () =>
        TABS.map((one, index) => ({
          keys: String(index + 1),
          does: `Show ${one}`,
          group: "Version",
          run: () => void navigate({ to: ADDRESSES[one], params: { id, n: String(number) } }),
        })),
      [navigate, id, number],
    ),
  );
  const above: readonly Crumb[] = [
    { label: "Registry", link: { to: "/registry" } },
    { label: model.data?.name ?? "Model", link: { to: "/registry/$id", params: { id } } },
  ];
  const label = tab.charAt(0).toUpperCase() + tab.slice(1);
  return (
    <LoadedPage query={version} kind="Version" above={above}>
      {(data) => (
        <FillPage>
          <VersionHeader version={data} model={model.data} above={above} project={project} />
          <StageStrip stage={data.stage} protectedStages={model.data?.protected_stages ?? []} />
          <Requests version={data} />
          <Tabs
            label="Parts of the version"
            current={label}
            tabs={[
              { label: "Overview", link: { to: ADDRESSES.overview, params } },
              { label: "Lineage", link: { to: ADDRESSES.lineage, params } },
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

interface HeaderProps {
  version: VersionDetail;
  model: Model | undefined;
  above: readonly Crumb[];
  project: string | undefined;
}

function VersionHeader({ version, model, above, project }: HeaderProps) {
  const [asking, setAsking] = useState<"transition" | "deploy" | null>(null);
  const name = `${version.model} v${version.number}`;
  const close = () => setAsking(null);
  return (
    <>
      <PageHeader
        name={name}
        title={name}
        above={above}
        aside={
          <span className={styles.marks}>
            <StatusPill status={version.stage} />
            {version.aliases.map((alias) => (
              <span key={alias} className={styles.alias}>
                @{alias}
              </span>
            ))}
          </span>
        }
        actions={
          <>
            <WriteButton
              icon={<IconTransfer />}
              disabled={model === undefined}
              onClick={() => setAsking("transition")}
            >
              Move to stage…
            </WriteButton>
            <WriteButton icon={<IconRocket />} onClick={() => setAsking("deploy")}>
              Deploy…
            </WriteButton>
            <DownloadButton version={version} project={project} />
          </>
        }
        facts={[
          [
            "Source run",
            version.run_id === null ? (
              "unknown"
            ) : (
              <Link key="run" to="/runs/$id/overview" params={{ id: version.run_id }}>
                <code>{shortId(version.run_id)}</code>
              </Link>
            ),
          ],
          ["Files", version.size_bytes === null ? "elsewhere" : formatBytes(version.size_bytes)],
          ["Registered", <RelativeTime key="registered" time={version.created_at} />],
          [
            "By",
            version.registered_by === null ? (
              NO_VALUE
            ) : (
              <ActorName key="by" reference={version.registered_by} />
            ),
          ],
        ]}
      />
      {asking === "transition" && model && (
        <TransitionDialog version={version} model={model} onClose={close} />
      )}
      {asking === "deploy" && <DeployDialog version={version} onClose={close} />}
    </>
  );
}

function DownloadButton({ version, project }: { version: VersionDetail; project: string | undefined }) {
  const at = useAsOf();
  const [bytes, setBytes] = useState<number | null>(null);
  const start = async () => {
    setBytes(0);
    const path = `/api/registry/models/${encodeURIComponent(version.model_id)}/versions/${version.number}/download`;
    try {
      await download(path, { project, as_of: at }, new AbortController().signal, setBytes);
    } catch (error) {
      toast({ tone: "err", title: "The files were not downloaded", detail: toApiError(error).message });
    } finally {
      setBytes(null);
    }
  };
  const nothing = version.size_bytes === null || version.artifact_count === 0;
  return (
    <Button
      icon={<IconDownload />}
      busy={bytes !== null}
      disabled={nothing}
      title={nothing ? "This server has no files of this version." : undefined}
      onClick={() => void start()}
    >
      {bytes === null ? "Download" : formatBytes(bytes)}
    </Button>
  );
}
