import { createFileRoute } from "@tanstack/react-router";
import { deploymentsQuery } from "@/features/deployments/api";
import { DeploymentsPage } from "@/features/deployments/deployments-page";
import { oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/deployments/")({
  validateSearch: searchSchema({
    filter: text(),
    order: oneOf(["asc", "desc"]),
    project: text(),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(deploymentsQuery(deps, 0));
  },
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <DeploymentsPage
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
