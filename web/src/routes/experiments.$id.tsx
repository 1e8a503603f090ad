import { createFileRoute } from "@tanstack/react-router";
import { experimentQuery } from "@/features/experiments/api";
import { ExperimentPage } from "@/features/experiments/experiment-page";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/experiments/$id")({
  validateSearch: searchSchema({
    filter: text(),
    sort: text(),
    order: oneOf(["asc", "desc"]),
    columns: list(),
  }),
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
  return (
    <ExperimentPage
      key={id}
      id={id}
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
