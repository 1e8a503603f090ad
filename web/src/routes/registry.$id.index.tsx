import { createFileRoute } from "@tanstack/react-router";
import { modelQuery } from "@/features/registry/api";
import { ModelPage } from "@/features/registry/model-page";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/registry/$id/")({
  validateSearch: searchSchema({
    sort: text(),
    order: oneOf(["asc", "desc"]),
    compare: list(),
    project: text(),
  }),
  loaderDeps: ({ search: { at, project } }) => ({ at, project }),
  loader: ({ context, params, deps: { at, project } }) => {
    void context.queryClient.prefetchQuery(modelQuery({ model: params.id, project, at }));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ModelPage
      key={id}
      id={id}
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
