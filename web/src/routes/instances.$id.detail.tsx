import { createFileRoute } from "@tanstack/react-router";
import { InstanceDetail } from "@/features/instances/detail-tab";

export const Route = createFileRoute("/instances/$id/detail")({
  component: function Page() {
    return <InstanceDetail id={Route.useParams().id} />;
  },
});
