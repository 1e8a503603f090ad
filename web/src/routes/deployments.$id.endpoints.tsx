import { createFileRoute } from "@tanstack/react-router";
import { DeploymentEndpoints } from "@/features/deployments/tabs";

export const Route = createFileRoute("/deployments/$id/endpoints")({
  component: function Page() {
    return <DeploymentEndpoints id={Route.useParams().id} />;
  },
});
