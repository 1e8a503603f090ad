import { useQuery } from "@tanstack/react-query";
import { CopyableId } from "@/ui/copyable-id";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { ErrorState } from "@/ui/states";
import { RelativeTime } from "@/ui/time";
import { experimentQuery, sampleRunsQuery } from "./api";
import { FIRST_OWN } from "./run-columns";
import { fieldsOf, firstFields } from "./run-fields";
import { RunList, type RunListActions } from "./run-list";
import type { RunListView } from "./run-list-view";
import { StartSnippets } from "./start-snippets";

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];

interface Props extends RunListActions {
  id: string;
  view: RunListView;
}

/** One experiment and its runs. */
export function ExperimentPage({ id, view, ...actions }: Props) {
  const experiment = useQuery(experimentQuery(id, view.at));
  const sample = useQuery(sampleRunsQuery(id, view.at));
  const newest = sample.data?.items ?? [];
  const name = experiment.data?.name ?? id;
  if (experiment.error && !experiment.data)
    return (
      <FillPage>
        <PageHeader name="Experiment" title="Experiment" above={ABOVE} />
        <ErrorState what="The experiment" error={experiment.error} onRetry={() => experiment.refetch()} />
      </FillPage>
    );
  return (
    <FillPage>
      <PageHeader
        name={name}
        title={name}
        above={ABOVE}
        aside={<CopyableId id={id} what="experiment id" length={20} />}
        facts={
          experiment.data && [
            ["Owner", experiment.data.owner ?? "—"],
            ["Created", <RelativeTime key="created" time={experiment.data.created_at} />],
            ["Last run", <RelativeTime key="last" time={experiment.data.last_run_at} />],
            ...(experiment.data.description ? [["Note", experiment.data.description] as const] : []),
          ]
        }
      />
      <RunList
        scope={{ experiment: id }}
        name={name}
        view={view}
        firstColumns={sample.isPending ? undefined : [...FIRST_OWN, ...firstFields(newest)]}
        knownFields={fieldsOf(newest)}
        first={
          <>
            <p>Log one from any of these; it appears here as it starts.</p>
            <StartSnippets experiment={name} />
          </>
        }
        {...actions}
      />
    </FillPage>
  );
}
