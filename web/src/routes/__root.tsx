import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";
import { searchSchema, text } from "@/lib/url-state";
import { EmptyState } from "@/ui/states";

export interface RouterContext {
  queryClient: QueryClient;
}

export const Route = createRootRouteWithContext<RouterContext>()({
  // The project is part of every address, so that a shared link shows the same thing.
  validateSearch: searchSchema({ project: text() }),
  component: Outlet,
  notFoundComponent: () => (
    <EmptyState title="There is no such page">The address names no page of this Studio.</EmptyState>
  ),
});
