import { createFileRoute } from "@tanstack/react-router";
import { RunOverview } from "@/features/runs/overview-page";

export const Route = createFileRoute("/runs/$id/overview")({
  component: function Page() {
    return <RunOverview id={Route.useParams().id} />;
  },
});
