import { createFileRoute } from "@tanstack/react-router";
import { ComparePage } from "@/features/instances/compare-page";
import { flag, number, searchSchema } from "@/lib/url-state";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { EmptyState } from "@/ui/states";

export const Route = createFileRoute("/instances/$id_/compare")({
  validateSearch: searchSchema({
    a: number(),
    b: number(),
    json: flag(),
  }),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const { a, b, json } = Route.useSearch();
  const navigate = Route.useNavigate();
  if (a === undefined || b === undefined)
    return (
      <FillPage>
        <PageHeader name="Comparison" title="Comparison" />
        <EmptyState title="Two versions are needed">
          The address names them as <code>a</code> and <code>b</code>: select them in the instance's history.
        </EmptyState>
      </FillPage>
    );
  return (
    <ComparePage
      id={id}
      a={a}
      b={b}
      json={json === true}
      onJson={(on) => void navigate({ search: (old) => ({ ...old, json: on || undefined }), replace: true })}
    />
  );
}
