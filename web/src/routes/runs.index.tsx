import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { keptOf, RUN_LIST_SEARCH, type RunListView } from "@/features/experiments/run-list-view";
import { RunsPage } from "@/features/experiments/runs-page";
import { SavedViews } from "@/features/views/saved-views";
import { searchSchema, text } from "@/lib/url-state";

const validateSearch = searchSchema({ ...RUN_LIST_SEARCH, project: text() });

export const Route = createFileRoute("/runs/")({ validateSearch, component: Page });

function Page() {
  const { project, ...view } = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = useCallback(
    (next: Partial<RunListView>, replace: boolean) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace }),
    [navigate],
  );
  const onView = useCallback((next: Partial<RunListView>) => change(next, true), [change]);
  const onGo = useCallback((next: Partial<RunListView>) => change(next, false), [change]);
  return (
    <RunsPage
      key={project}
      project={project}
      view={view}
      onView={onView}
      onGo={onGo}
      savedViews={
        <SavedViews
          page="runs"
          project={project}
          parameters={keptOf(view)}
          onOpen={(saved) => onGo(keptOf(validateSearch(saved)))}
        />
      }
    />
  );
}
