import { createFileRoute, useLocation } from "@tanstack/react-router";
import { RunLogs } from "@/features/runs/logs-page";
import { flag, list, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/runs/$id/logs")({
  validateSearch: searchSchema({
    q: text(),
    regex: flag(),
    case: flag(),
    only: flag(),
    level: list(),
    from: text(),
    to: text(),
  }),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const view = Route.useSearch();
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = Route.useNavigate();
  const line = /^L(\d+)$/.exec(hash)?.[1];
  return (
    <RunLogs
      key={id}
      id={id}
      view={view}
      onView={(change) =>
        void navigate({ search: (old) => ({ ...old, ...change }), hash: true, replace: true })
      }
      line={line === undefined ? null : Number(line)}
      onLine={(next) =>
        void navigate({
          search: true,
          hash: next === null ? "" : `L${next}`,
          hashScrollIntoView: false,
          replace: true,
        })
      }
    />
  );
}
