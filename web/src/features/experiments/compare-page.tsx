import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAsOf } from "@/api/as-of";
import type { RunComparison, RunSummary } from "@/api/types";
import { plural } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import { shortId } from "@/ui/copyable-id";
import { FillPage, ScrollPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { Count } from "@/ui/pill";
import { EmptyState, ErrorState, Late, Skeleton } from "@/ui/states";
import { TabPanel, Tabs } from "@/ui/tabs";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { AddRun } from "./add-run";
import { comparisonQuery, runsByIdQuery } from "./api";
import styles from "./compare.module.css";
import { CompareConfigs } from "./compare-configs";
import { CompareCurves } from "./compare-curves";
import { CompareParams } from "./compare-params";
import { CompareSummary } from "./compare-summary";
import { COMPARE_TABS, type CompareTab, type CompareView } from "./compare-view";
import { labelsOf } from "./comparison";
import { ParallelCoordinates } from "./parallel-coordinates";
import { RunSwatch } from "./run-swatch";
import { ScatterPlot } from "./scatter-plot";
import { MOST_COMPARED } from "./selection-bar";

/** Runs whose files stand beside each other. */
export interface FilesOfRuns {
  runs: { id: string; label: string; mark: ReactNode }[];
  reference: number;
}

export interface ComparedProps {
  told: RunComparison;
  /** The place of the reference among the runs. */
  reference: number;
  view: CompareView;
  onView: (change: Partial<CompareView>) => void;
}

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];
const LABELS: Record<CompareTab, string> = {
  summary: "Summary",
  curves: "Curves",
  params: "Params",
  config: "Config diff",
  parallel: "Parallel coordinates",
  scatter: "Scatter",
  artifacts: "Artifacts",
};

interface ViewProps {
  view: CompareView;
  onView: (change: Partial<CompareView>) => void;
}

interface Props extends ViewProps {
  /** One file of each run. */
  artifacts: (of: FilesOfRuns) => ReactNode;
  /** The button of the saved views. */
  savedViews?: ReactNode;
}

/** Two to fifty runs beside each other. */
export function ComparePage({ view, onView, artifacts, savedViews }: Props) {
  const runs = view.runs ?? [];
  const tab = view.tab ?? "summary";
  const enough = runs.length >= 2 && runs.length <= MOST_COMPARED;
  const answer = useQuery({
    ...comparisonQuery({ runs, reference: view.ref, include: ["params", "metrics", "config"] }, useAsOf()),
    enabled: enough,
  });
  const told = enough ? answer.data : undefined;
  // One run is not compared yet, but has a name.
  const alone = useQuery({ ...runsByIdQuery(runs), enabled: runs.length === 1 });
  const add = (id: string) => onView({ runs: [...runs, id] });
  const reference = Math.max(0, runs.indexOf(view.ref ?? ""));
  return (
    <FillPage>
      <PageHeader
        name="Comparison"
        title="Compare runs"
        above={ABOVE}
        aside={<Count>{plural(runs.length, "run")}</Count>}
        actions={savedViews}
      />
      <Chips
        runs={runs}
        told={told?.runs ?? alone.data ?? []}
        enough={enough}
        view={view}
        onView={onView}
        onAdd={add}
      />
      <Tabs
        label="Comparison"
        current={LABELS[tab]}
        tabs={COMPARE_TABS.map((one) => ({
          label: LABELS[one],
          count: countOf(one, told),
          // The rest of the address stays as it is.
          link: { to: "/compare", search: { ...view, tab: one }, replace: true } as LinkProps,
        }))}
      />
      <TabPanel label={LABELS[tab]} className={styles.tab}>
        {!enough ? (
          <TooFewOrMany runs={runs} onAdd={add} />
        ) : answer.error && !told ? (
          <ErrorState what="The runs" error={answer.error} onRetry={() => answer.refetch()} />
        ) : told === undefined ? (
          <Late>
            <Skeleton rows={9} />
          </Late>
        ) : (
          <Tab {...{ tab, told, reference, view, onView, artifacts }} />
        )}
      </TabPanel>
    </FillPage>
  );
}

function countOf(tab: CompareTab, told: RunComparison | undefined): number | undefined {
  if (tab === "params") return told?.params?.differing;
  if (tab === "config") return told?.config?.total;
  return tab === "summary" ? told?.metrics?.total : undefined;
}

function Tab({ tab, artifacts, ...props }: ComparedProps & { tab: CompareTab } & Pick<Props, "artifacts">) {
  if (tab === "curves") return <CompareCurves {...props} />;
  if (tab === "artifacts") return artifacts(filesOf(props));
  const Panel = {
    summary: CompareSummary,
    params: CompareParams,
    config: CompareConfigs,
    parallel: ParallelCoordinates,
    scatter: ScatterPlot,
  }[tab];
  return (
    <ScrollPage>
      <Panel {...props} />
    </ScrollPage>
  );
}

function filesOf({ told, reference }: ComparedProps): FilesOfRuns {
  const labels = labelsOf(told.runs);
  return {
    runs: told.runs.map(({ id }, place) => ({
      id,
      label: labels[place] ?? shortId(id),
      mark: <RunSwatch place={place} />,
    })),
    reference,
  };
}

function TooFewOrMany({ runs, onAdd }: { runs: readonly string[]; onAdd: (id: string) => void }) {
  if (runs.length >= 2)
    return (
      <EmptyState title={`At most ${MOST_COMPARED} runs are compared at once`}>
        {`The address names ${runs.length}; take some away.`}
      </EmptyState>
    );
  return (
    <EmptyState
      title="Two runs are needed"
      action={
        <AddRun label={runs.length === 1 ? "Add another run" : "Add a run"} known={runs} onAdd={onAdd} />
      }
    >
      <p>
        Find one here, or select some in a table of <Link to="/runs">runs</Link> and choose Compare.
      </p>
    </EmptyState>
  );
}

interface ChipsProps extends ViewProps {
  runs: readonly string[];
  told: readonly RunSummary[];
  enough: boolean;
  onAdd: (id: string) => void;
}

function Chips({ runs, told, enough, view, onView, onAdd }: ChipsProps) {
  const labels = labelsOf(told);
  const nameOf = (id: string) => labels[told.findIndex((run) => run.id === id)] ?? shortId(id);
  const remove = (id: string) =>
    onView({ runs: runs.filter((one) => one !== id), ref: view.ref === id ? undefined : view.ref });
  return (
    <Toolbar label="Compared runs">
      <ul className={styles.chips} aria-label="Runs">
        {runs.map((id, place) => (
          <li key={id} className={styles.chip}>
            <RunSwatch place={place} />
            <Link to="/runs/$id/overview" params={{ id }} className={styles.chipName}>
              {nameOf(id)}
            </Link>
            <IconButton size="small" light label={`Take ${nameOf(id)} away`} onClick={() => remove(id)}>
              <IconX />
            </IconButton>
          </li>
        ))}
      </ul>
      {enough && runs.length < MOST_COMPARED && <AddRun known={runs} onAdd={onAdd} />}
      <ToolbarSpace />
      <label className={styles.reference}>
        Reference
        <select
          value={view.ref ?? runs[0] ?? ""}
          onChange={(event) =>
            onView({ ref: event.target.value === runs[0] ? undefined : event.target.value })
          }
        >
          {runs.map((id) => (
            <option key={id} value={id}>
              {nameOf(id)}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.toggle}>
        <input
          type="checkbox"
          checked={!view.all}
          onChange={(event) => onView({ all: event.target.checked ? undefined : true })}
        />
        Only differences
      </label>
    </Toolbar>
  );
}
