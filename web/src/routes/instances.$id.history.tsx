import { createFileRoute, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";
import { type HistoryView, historyQuery } from "@/features/instances/api";
import { InstanceHistory } from "@/features/instances/history-tab";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/instances/$id/history")({
  validateSearch: searchSchema({
    operation: oneOf(["create", "update", "delete"]),
    field: text(),
    actor: text(),
    from: text(),
    to: text(),
    pick: list(),
  }),
  loaderDeps: ({ search }) => ({ ...search, pick: undefined }),
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchQuery(historyQuery(params.id, deps, 0));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  const hash = useRouterState({ select: (state) => state.location.hash });
  const onView = useCallback(
    (change: Partial<HistoryView>) =>
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true, hash: true }),
    [navigate],
  );
  return <InstanceHistory id={id} view={Route.useSearch()} onView={onView} event={hash || undefined} />;
}
