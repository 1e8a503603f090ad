import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { ComparedArtifacts } from "@/features/artifacts/compared-artifacts";
import { COMPARE_TABS, ComparePage, type CompareView } from "@/features/experiments/compare-page";
import { flag, list, number, oneOf, searchSchema, text } from "@/lib/url-state";

export const Route = createFileRoute("/compare")({
  validateSearch: searchSchema({
    runs: list(),
    ref: text(),
    tab: oneOf(COMPARE_TABS),
    all: flag(),
    metrics: list(),
    axes: list(),
    x: oneOf(["step", "time", "relative"]),
    smooth: number(),
    log: flag(),
    sx: text(),
    sy: text(),
    other: text(),
    file: text(),
    model: text(),
  }),
  component: Page,
});

function Page() {
  const view = Route.useSearch();
  const navigate = Route.useNavigate();
  const onView = useCallback(
    (change: Partial<CompareView>) =>
      void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  return (
    <ComparePage
      view={view}
      onView={onView}
      artifacts={(of) => (
        <ComparedArtifacts
          {...of}
          file={view.file}
          model={view.model}
          onShow={(file, model) => onView({ file, model })}
        />
      )}
    />
  );
}
