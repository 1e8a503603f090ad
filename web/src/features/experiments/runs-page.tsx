import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { FIRST_OWN } from "./run-columns";
import { RunList, type RunListActions } from "./run-list";
import type { RunListView } from "./run-list-view";
import { StartSnippets } from "./start-snippets";

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];
const COLUMNS = [...FIRST_OWN, "experiment_id", "user"];

interface Props extends RunListActions {
  project: string | undefined;
  view: RunListView;
}

/** The runs of all experiments: where one looks for those that failed, say. */
export function RunsPage({ project, ...list }: Props) {
  return (
    <FillPage>
      <PageHeader name="Runs" title="Runs" above={ABOVE} />
      <RunList
        scope={{ project }}
        firstColumns={COLUMNS}
        knownFields={[]}
        first={
          <>
            <p>Log one from any of these; it appears here as it starts.</p>
            <StartSnippets experiment="first-steps" />
          </>
        }
        {...list}
      />
    </FillPage>
  );
}
