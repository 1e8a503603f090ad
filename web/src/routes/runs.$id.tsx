import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Outlet, useChildMatches } from "@tanstack/react-router";
import { experimentQuery } from "@/features/experiments/api";
import { RegisterRun } from "@/features/registry/register-run";
import { runQuery } from "@/features/runs/api";
import { RunLayout, type RunTab } from "@/features/runs/run-layout";

export const Route = createFileRoute("/runs/$id")({
  loaderDeps: ({ search: { at } }) => ({ at }),
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchQuery(runQuery(params.id, deps.at));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const { at } = Route.useSearch();
  const tab = useChildMatches({ select: (matches) => matches.at(-1)?.pathname.split("/").at(-1) }) as
    | RunTab
    | undefined;
  const experimentId = useQuery(runQuery(id, at)).data?.experiment_id;
  const experiment = useQuery({
    ...experimentQuery(experimentId ?? "", at),
    enabled: experimentId !== undefined,
  });
  return (
    <RunLayout
      id={id}
      tab={tab ?? "overview"}
      experimentName={experiment.data?.name}
      actions={(run) => <RegisterRun run={run} />}
    >
      <Outlet />
    </RunLayout>
  );
}
