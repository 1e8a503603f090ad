import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { type InstancesView, instancesQuery } from "@/features/instances/api";
import { PRIORITIES, STATUSES } from "@/features/instances/fields";
import { InstancesPage } from "@/features/instances/instances-page";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/instances/")({
  validateSearch: searchSchema({
    filter: text(),
    status: oneOf(STATUSES),
    priority: oneOf(PRIORITIES),
    model: text(),
    cluster: text(),
    sort: text(),
    order: oneOf(["asc", "desc"]),
    columns: list(),
    sel: list(),
    form: text(),
    project: text(),
  }),
  // Neither the selection nor the form asks for other rows.
  loaderDeps: ({ search }) => ({ ...search, sel: undefined, form: undefined, columns: undefined }),
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(instancesQuery(deps, 0));
  },
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  const onView = useCallback(
    (change: Partial<InstancesView>) =>
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  return <InstancesPage view={view} onView={onView} />;
}
