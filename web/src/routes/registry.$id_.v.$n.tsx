import { createFileRoute, Outlet, useChildMatches } from "@tanstack/react-router";
import { versionQuery } from "@/features/registry/api";
import { VersionLayout } from "@/features/registry/version-layout";
import { searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/registry/$id_/v/$n")({
  validateSearch: searchSchema({ project: text() }),
  loaderDeps: ({ search: { at, project } }) => ({ at, project }),
  loader: ({ context, params, deps: { at, project } }) => {
    void context.queryClient.prefetchQuery(
      versionQuery({ model: params.id, number: Number(params.n), project, at }),
    );
  },
  component: Page,
});

function Page() {
  const { id, n } = Route.useParams();
  const { project } = Route.useSearch();
  const last = useChildMatches({ select: (matches) => matches.at(-1)?.pathname.split("/").at(-1) });
  return (
    <VersionLayout
      key={`${id} ${n}`}
      id={id}
      number={Number(n)}
      project={project}
      tab={last === "lineage" ? "lineage" : "overview"}
    >
      <Outlet />
    </VersionLayout>
  );
}
