import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import type { ReactNode } from "react";
import { onTestFinished } from "vitest";
import { render } from "vitest-browser-react";
import { createQueryClient } from "@/api/query-client";
import { AppLive, LiveProvider } from "@/live/context";
import { UiProvider } from "@/ui/provider";
import { listenToShortcuts } from "@/ui/shortcuts";
import { World } from "./world";

/** A page with what the application puts around it: cache, theme, addresses, keys; its sockets are the test's. */
export async function renderPage(page: ReactNode, address = "/here") {
  const client = createQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  const world = new World();
  const root = createRootRoute();
  // A page fills the room that the shell gives it.
  // biome-ignore lint/correctness/noComponentHookFactories: each test has a page of its own
  const InShell = () => <main style={{ height: "100vh" }}>{page}</main>;
  const anywhere = createRoute({ getParentRoute: () => root, path: "$", component: InShell });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([anywhere]), history });
  onTestFinished(listenToShortcuts());
  const screen = await render(
    <QueryClientProvider client={client}>
      <UiProvider>
        <LiveProvider live={new AppLive(client, world)}>
          <RouterProvider router={router as never} />
        </LiveProvider>
      </UiProvider>
    </QueryClientProvider>,
  );
  return { screen, client, world, history };
}
