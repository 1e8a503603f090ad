import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { experimentQuery } from "@/features/experiments/api";
import { ExperimentPage, type ExperimentView } from "@/features/experiments/experiment-page";
import type { Parameters } from "@/features/views/api";
import { SavedViews } from "@/features/views/saved-views";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

const validateSearch = searchSchema({
  filter: text(),
  sort: text(),
  order: oneOf(["asc", "desc"]),
  columns: list(),
  pinned: list(),
  group: text(),
  sel: list(),
  project: text(),
});

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
    (next: Partial<ExperimentView>, replace: boolean) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace }),
    [navigate],
  );
  const onView = useCallback((next: Partial<ExperimentView>) => change(next, true), [change]);
  const onGo = useCallback((next: Partial<ExperimentView>) => change(next, false), [change]);
  const { filter, sort, order, columns, pinned, group } = view;
  // What a view keeps; opening one says of each parameter what it is, or that it is not there.
  const onOpen = (saved: Parameters) => {
    const found = validateSearch(saved);
    const kept = { filter: found.filter, sort: found.sort, order: found.order, columns: found.columns };
    onGo({ ...kept, pinned: found.pinned, group: found.group });
  };
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
          parameters={{ filter, sort, order, columns, pinned, group }}
          onOpen={onOpen}
        />
      }
    />
  );
}
