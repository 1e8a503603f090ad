import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { studioRoot } from "@/lib/root";
import { parseSearch, stringifySearch } from "@/lib/url-state";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { ErrorState, Late, Skeleton } from "@/ui/states";
import { routeTree } from "./routeTree.gen";
import { Shell } from "./shell";

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: studioRoot,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // Whether an answer is fresh is for the query cache to say.
    defaultPreloadStaleTime: 0,
    scrollRestoration: false,
    defaultErrorComponent: ({ error, reset }) => (
      <FillPage>
        <PageHeader name="Error" title="Error" />
        <ErrorState what="This page" error={error} onRetry={reset} />
      </FillPage>
    ),
    defaultPendingComponent: () => (
      <Late>
        <Skeleton rows={8} />
      </Late>
    ),
    InnerWrap: Shell,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
