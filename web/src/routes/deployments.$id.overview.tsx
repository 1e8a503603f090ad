import { createFileRoute } from "@tanstack/react-router";
import { DeploymentOverview } from "@/features/deployments/tabs";

export const Route = createFileRoute("/deployments/$id/overview")({
  component: function Page() {
    return <DeploymentOverview id={Route.useParams().id} />;
  },
});
