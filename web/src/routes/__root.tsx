import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Link, Outlet, retainSearchParams } from "@tanstack/react-router";
import { searchSchema, text } from "@/lib/url-state";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { EmptyState } from "@/ui/states";

export interface RouterContext {
  queryClient: QueryClient;
}

export const Route = createRootRouteWithContext<RouterContext>()({
  // The project and the moment are part of every address, so that a shared link shows the same thing; every link keeps
  // them. A moment that is not understood stays there too: the banner says so, and nothing is shown in its place.
  validateSearch: searchSchema({ project: text(), at: text() }),
  search: { middlewares: [retainSearchParams(["project", "at"])] },
  component: Outlet,
  notFoundComponent: () => (
    <FillPage>
      <PageHeader name="No such page" title="There is no such page" />
      <EmptyState title="The address names no page of this Studio">
        <p>
          Begin at <Link to="/experiments">Experiments</Link> or <Link to="/deployments">Deployments</Link>,
          or search for a name or an id.
        </p>
      </EmptyState>
    </FillPage>
  ),
});
