import { createFileRoute } from "@tanstack/react-router";
import { RunMetrics } from "@/features/runs/metrics-page";
import { flag, list, number, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/runs/$id/metrics")({
  validateSearch: searchSchema({
    q: text(),
    x: oneOf(["step", "time", "relative"]),
    smooth: number(),
    log: flag(),
    from: number(),
    to: number(),
    cols: number(),
    pin: list(),
  }),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <RunMetrics
      id={id}
      view={view}
      onView={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  );
}
