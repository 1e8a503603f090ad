import { createFileRoute } from "@tanstack/react-router";
import { DashboardPage } from "@/features/dashboard/dashboard-page";
import { Decisions } from "@/features/registry/requests";

export const Route = createFileRoute("/")({
  component: Page,
});

function Page() {
  return (
    <DashboardPage
      project={Route.useSearch().project}
      decisions={(approval) => <Decisions approval={approval} />}
    />
  );
}
