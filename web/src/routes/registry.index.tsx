import { createFileRoute } from "@tanstack/react-router";
import { modelsQuery } from "@/features/registry/api";
import { ModelsPage } from "@/features/registry/models-page";
import { oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/registry/")({
  validateSearch: searchSchema({
    filter: text(),
    sort: text(),
    order: oneOf(["asc", "desc"]),
    project: text(),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(modelsQuery(deps, 0));
  },
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ModelsPage
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
