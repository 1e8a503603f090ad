import { createFileRoute } from "@tanstack/react-router";
import { DeploymentReplicas } from "@/features/deployments/tabs";

export const Route = createFileRoute("/deployments/$id/replicas")({
  component: function Page() {
    return <DeploymentReplicas id={Route.useParams().id} />;
  },
});
