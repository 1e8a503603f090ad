import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { experimentQuery } from "@/features/experiments/api";
import { ExperimentPage } from "@/features/experiments/experiment-page";
import { keptOf, RUN_LIST_SEARCH, type RunListView } from "@/features/experiments/run-list-view";
import { SavedViews } from "@/features/views/saved-views";
import { searchSchema, text } from "@/lib/url-state";

const validateSearch = searchSchema({ ...RUN_LIST_SEARCH, project: text() });

export const Route = createFileRoute("/experiments/$id")({
  validateSearch,
  loaderDeps: ({ search: { at } }) => ({ at }),
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchQuery(experimentQuery(params.id, deps.at));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = useCallback(
    (next: Partial<RunListView>, replace: boolean) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace }),
    [navigate],
  );
  const onView = useCallback((next: Partial<RunListView>) => change(next, true), [change]);
  const onGo = useCallback((next: Partial<RunListView>) => change(next, false), [change]);
  return (
    <ExperimentPage
      key={id}
      id={id}
      view={view}
      onView={onView}
      onGo={onGo}
      savedViews={
        <SavedViews
          page="experiment"
          about={id}
          project={view.project}
          parameters={keptOf(view)}
          onOpen={(saved) => onGo(keptOf(validateSearch(saved)))}
        />
      }
    />
  );
}
