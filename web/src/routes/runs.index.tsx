import { createFileRoute } from "@tanstack/react-router";
import { allRunsQuery } from "@/features/experiments/api";
import { RunsPage } from "@/features/experiments/runs-page";
import { oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/runs/")({
  validateSearch: searchSchema({
    filter: text(),
    sort: text(),
    order: oneOf(["asc", "desc"]),
    project: text(),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(allRunsQuery(deps, 0));
  },
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <RunsPage
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
