import { createFileRoute } from "@tanstack/react-router";
import { VersionFiles } from "@/features/artifacts/version-files";
import { VersionOverview } from "@/features/registry/version-overview";
import { searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/registry/$id_/v/$n/")({
  validateSearch: searchSchema({ file: text(), project: text() }),
  component: Page,
});

function Page() {
  const { id, n } = Route.useParams();
  const { file, project } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <VersionOverview
      id={id}
      number={Number(n)}
      project={project}
      files={(version) => (
        <VersionFiles
          version={version}
          file={file}
          onFile={(path) => void navigate({ search: (old) => ({ ...old, file: path }), replace: true })}
        />
      )}
    />
  );
}
