import { createFileRoute } from "@tanstack/react-router";
import { RunArtifacts } from "@/features/artifacts/run-artifacts";
import { searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/runs/$id/artifacts")({
  validateSearch: searchSchema({ file: text(), model: text() }),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const { file, model } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <RunArtifacts
      key={id}
      id={id}
      file={file}
      model={model}
      onShow={(file, model) => void navigate({ search: (old) => ({ ...old, file, model }), replace: true })}
    />
  );
}
