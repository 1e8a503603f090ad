import type { ListView } from "@/lib/list-view";
import { ListPage } from "@/ui/list-page";
import type { Crumb } from "@/ui/page-header";
import { allRunsQuery } from "./api";
import { runColumns } from "./run-columns";
import { StartSnippets } from "./start-snippets";

const ABOVE: readonly Crumb[] = [{ label: "Experiments", link: { to: "/experiments" } }];
const COLUMNS = runColumns(["name", "status", "started_at", "duration", "user", "created_at"]);

interface Props {
  view: ListView;
  onView: (change: Partial<ListView>) => void;
}

/** The runs of all experiments: where one looks for those that failed, say. */
export function RunsPage({ view, onView }: Props) {
  return (
    <ListPage
      name="Runs"
      above={ABOVE}
      placeholder="Filter by name, or status = 'failed'…"
      columns={COLUMNS}
      view={view}
      onView={onView}
      pageQuery={(offset) => allRunsQuery(view, offset)}
      pageOf={({ id }) => ({ to: "/runs/$id/overview", params: { id } })}
      first={<StartSnippets experiment="first-steps" />}
    />
  );
}
