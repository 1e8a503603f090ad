import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { createQueryClient } from "@/api/query-client";
import { AppLive, LiveProvider } from "@/live/context";
import { UiProvider } from "@/ui/provider";
import { listenToShortcuts } from "@/ui/shortcuts";
import { createAppRouter } from "./router";

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
const live = new AppLive(queryClient);

export function App() {
  useEffect(() => {
    const stop = listenToShortcuts();
    // Keys pressed before this are lost: automated journeys wait for the mark.
    document.documentElement.dataset.ready = "true";
    return stop;
  }, []);
  return (
    <QueryClientProvider client={queryClient}>
      <UiProvider>
        <LiveProvider live={live}>
          <RouterProvider router={router} />
        </LiveProvider>
      </UiProvider>
    </QueryClientProvider>
  );
}
