import { createFileRoute } from "@tanstack/react-router";
import { TimelinePage } from "@/features/timeline/timeline-page";
import { list, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/timeline")({
  validateSearch: searchSchema({
    from: text(),
    to: text(),
    lanes: oneOf(["kind", "project", "actor"]),
    q: text(),
    kind: text(),
    actor: text(),
    pins: list(),
    project: text(),
  }),
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <TimelinePage
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
