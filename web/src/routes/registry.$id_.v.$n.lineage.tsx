import { createFileRoute } from "@tanstack/react-router";
import { LineagePage } from "@/features/registry/lineage-page";
import { number, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/registry/$id_/v/$n/lineage")({
  validateSearch: searchSchema({
    view: oneOf(["list"]),
    direction: oneOf(["up", "down"]),
    depth: number(),
    project: text(),
  }),
  component: Page,
});

function Page() {
  const { id, n } = Route.useParams();
  const { project, ...view } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <LineagePage
      id={id}
      number={Number(n)}
      project={project}
      view={view}
      onView={(change) =>
        void navigate({ search: (old) => ({ ...old, ...change }) as typeof old, replace: true })
      }
    />
  );
}
