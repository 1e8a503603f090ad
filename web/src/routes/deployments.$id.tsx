import { createFileRoute, Outlet, useChildMatches } from "@tanstack/react-router";
import { deploymentQuery } from "@/features/deployments/api";
import { DeploymentLayout, type DeploymentTab } from "@/features/deployments/deployment-layout";

export const Route = createFileRoute("/deployments/$id")({
  loaderDeps: ({ search: { at } }) => ({ at }),
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchQuery(deploymentQuery(params.id, deps.at));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const tab = useChildMatches({ select: (matches) => matches.at(-1)?.pathname.split("/").at(-1) }) as
    | DeploymentTab
    | undefined;
  return (
    <DeploymentLayout key={id} id={id} tab={tab ?? "overview"}>
      <Outlet />
    </DeploymentLayout>
  );
}
