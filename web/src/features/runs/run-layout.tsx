import { IconColumns2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import type { Run } from "@/api/types";
import { formatCompact, formatInteger, formatPercent } from "@/lib/numbers";
import buttons from "@/ui/button.module.css";
import { CopyableId, copyText } from "@/ui/copyable-id";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { StatusPill } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { TabPanel, Tabs } from "@/ui/tabs";
import { Elapsed, RelativeTime } from "@/ui/time";
import { toast } from "@/ui/toasts";
import { isActive, jobQuery, runQuery } from "./api";
import { CloneButton } from "./clone-run";
import { JobActions } from "./job-actions";
import { RunLiveProvider } from "./run-live-context";
import styles from "./runs.module.css";

const TABS = ["overview", "metrics", "logs", "artifacts"] as const;
const EXPERIMENTS: Crumb = { label: "Experiments", link: { to: "/experiments" } };
export type RunTab = (typeof TABS)[number];

interface Props {
  id: string;
  tab: RunTab;
  /** The experiment's name, where it is known. */
  experimentName?: string;
  /** What else can be done with the run. */
  actions?: (run: Run) => ReactNode;
  children: ReactNode;
}

/** A run's header and tabs, around the tab that is shown. */
export function RunLayout(props: Props) {
  return (
    <RunLiveProvider runId={props.id}>
      <Layout key={props.id} {...props} />
    </RunLiveProvider>
  );
}

function Layout({ id, tab, experimentName, actions, children }: Props) {
  const run = useQuery(runQuery(id, useAsOf()));
  useRunShortcuts(id);
  const label = tab.charAt(0).toUpperCase() + tab.slice(1);
  return (
    <LoadedPage query={run} kind="Run" above={[EXPERIMENTS]}>
      {(data) => (
        <FillPage>
          <RunHeader run={data} experimentName={experimentName} more={actions?.(data)} />
          <Tabs
            label="Parts of the run"
            current={label}
            tabs={[
              { label: "Overview", link: { to: "/runs/$id/overview", params: { id } } },
              {
                label: "Metrics",
                count: formatCompact(data.metric_names),
                link: { to: "/runs/$id/metrics", params: { id } },
              },
              {
                label: "Logs",
                count: formatCompact(data.log_lines),
                link: { to: "/runs/$id/logs", params: { id } },
              },
              {
                label: "Artifacts",
                count: formatCompact((data.artifact_count ?? 0) + Object.keys(data.model_outputs).length),
                link: { to: "/runs/$id/artifacts", params: { id } },
              },
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
  run: Run;
  experimentName?: string;
  more: ReactNode;
}

function RunHeader({ run, experimentName, more }: HeaderProps) {
  const job = useQuery({ ...jobQuery(run.job_id ?? "", useAsOf()), enabled: run.job_id !== null });
  const percent = isActive(run) ? (job.data?.progress.percent ?? null) : null;
  return (
    <PageHeader
      name={run.name}
      title={run.name}
      above={[
        EXPERIMENTS,
        {
          label: experimentName ?? `experiment ${run.experiment_id}`,
          link: { to: "/experiments/$id", params: { id: run.experiment_id } },
        },
      ]}
      actions={
        <>
          {job.data && <JobActions run={run} job={job.data} />}
          {job.data && <CloneButton run={run} job={job.data} />}
          <Link to="/compare" search={{ runs: [run.id] }} className={buttons.button}>
            <IconColumns2 /> Compare…
          </Link>
          {more}
        </>
      }
      aside={
        <>
          <StatusPill status={run.status} why={run.status_reason} />
          <CopyableId id={run.id} what="run id" />
        </>
      }
      facts={[
        [
          "Experiment",
          <Link key="experiment" to="/experiments/$id" params={{ id: run.experiment_id }}>
            {experimentName ?? run.experiment_id}
          </Link>,
        ],
        ["Started", <RelativeTime key="started" time={run.started_at} />],
        [
          run.ended_at ? "Took" : "Elapsed",
          <Elapsed key="elapsed" start={run.started_at} end={run.ended_at} />,
        ],
        ...(percent !== null ? [["Progress", formatPercent(percent / 100, 0)] as const] : []),
        ...(run.attempts > 1 ? [["Attempts", formatInteger(run.attempts)] as const] : []),
      ]}
    />
  );
}

function useRunShortcuts(id: string): void {
  const navigate = useNavigate();
  useShortcuts(
    useMemo(
      () => [
        ...TABS.map((tab, index) => ({
          keys: String(index + 1),
          does: `Show ${tab}`,
          group: "Run",
          run: () => void navigate({ to: `/runs/$id/${tab}`, params: { id } }),
        })),
        {
          keys: "y",
          does: "Copy the run's id",
          group: "Run",
          run: () =>
            void copyText(id).then((done) =>
              toast({
                tone: done ? "ok" : "err",
                title: done ? "Run id copied" : "The browser did not let us copy",
              }),
            ),
        },
      ],
      [navigate, id],
    ),
  );
}
