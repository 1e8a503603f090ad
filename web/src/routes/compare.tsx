import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { ComparedArtifacts } from "@/features/artifacts/compared-artifacts";
import { ComparePage } from "@/features/experiments/compare-page";
import { COMPARE_TABS, type CompareView } from "@/features/experiments/compare-view";
import { SavedViews } from "@/features/views/saved-views";
import { flag, list, number, oneOf, searchSchema, text } from "@/lib/url-state";

const SHAPE = {
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
};
const validateSearch = searchSchema({ ...SHAPE, project: text() });

export const Route = createFileRoute("/compare")({ validateSearch, component: Page });

/** What a saved view keeps; opening one says of each parameter what it is, or that it is not there. */
function keptOf(view: CompareView): CompareView {
  const names = Object.keys(SHAPE) as (keyof CompareView)[];
  return Object.fromEntries(names.map((name) => [name, view[name]]));
}

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
      savedViews={
        <SavedViews
          page="compare"
          keeps="runs, tab, metrics and axes"
          project={view.project}
          parameters={{ ...keptOf(view) }}
          onOpen={(saved) =>
            void navigate({ search: (old) => ({ ...old, ...keptOf(validateSearch(saved)) }) })
          }
        />
      }
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
