import { createFileRoute } from "@tanstack/react-router";
import { experimentsQuery } from "@/features/experiments/api";
import { ExperimentsPage } from "@/features/experiments/experiments-page";
import { oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/experiments/")({
  validateSearch: searchSchema({
    filter: text(),
    sort: text(),
    order: oneOf(["asc", "desc"]),
    project: text(),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(experimentsQuery(deps, 0));
  },
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ExperimentsPage
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
