import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import type { Lineage } from "@/api/types";
import { plural } from "@/lib/numbers";
import { Segmented } from "@/ui/button";
import { ChoiceFilter } from "@/ui/choice-filter";
import { Loaded, Skeleton } from "@/ui/states";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { type Direction, lineageQuery, type VersionKey } from "./api";
import drawn from "./lineage.module.css";
import { LineageDrawing } from "./lineage-drawing";
import { graphOf } from "./lineage-graph";
import { LineageList } from "./lineage-list";
import styles from "./registry.module.css";

export interface LineageView {
  view?: "graph" | "list";
  direction?: Direction;
  depth?: number;
}

interface Props {
  id: string;
  number: number;
  project: string | undefined;
  view: LineageView;
  onView: (change: Partial<LineageView>) => void;
}

const MAX_DEPTH = 20;
const DEPTHS = ["1", "2", "3", "5"];

/** What a version came from and what came from it, as a drawing or as a list. */
export function LineagePage({ id, number, project, view, onView }: Props) {
  const key: VersionKey = { model: id, number, project, at: useAsOf() };
  const direction = view.direction ?? "both";
  const lineage = useQuery(lineageQuery(key, direction, view.depth ?? MAX_DEPTH));
  return (
    <div className={styles.panel}>
      <Toolbar label="Lineage">
        <Segmented
          label="Shown as"
          value={view.view ?? "graph"}
          options={[
            { value: "graph", label: "Graph" },
            { value: "list", label: "List" },
          ]}
          onChange={(next) => onView({ view: next === "graph" ? undefined : next })}
        />
        <Segmented
          label="Direction"
          value={direction}
          options={[
            { value: "up", label: "Came from" },
            { value: "both", label: "Both" },
            { value: "down", label: "Led to" },
          ]}
          onChange={(next) => onView({ direction: next === "both" ? undefined : next })}
        />
        <ChoiceFilter
          label="Steps"
          choices={DEPTHS.map((value) => ({ value }))}
          value={view.depth === undefined ? undefined : String(view.depth)}
          onChange={(next) => onView({ depth: next === undefined ? undefined : Number(next) })}
        />
        <ToolbarSpace />
      </Toolbar>
      <Loaded query={lineage} what="The lineage" skeleton={<Skeleton rows={6} />}>
        {(data) => <Shown lineage={data} view={view.view ?? "graph"} />}
      </Loaded>
    </div>
  );
}

function Shown({ lineage, view }: { lineage: Lineage; view: "graph" | "list" }) {
  const start = lineage.nodes.find(({ depth }) => depth === 0);
  const graph = useMemo(
    () => graphOf(lineage, start === undefined ? "" : `${start.entity}:${start.entity_id}`),
    [lineage, start],
  );
  const live = graph.nodes.filter(({ isLive, entity }) => isLive && entity === "deployment").length;
  const unknown = graph.nodes.filter(({ known }) => !known).length;
  return (
    <>
      <p className={drawn.summary} role="status">
        {plural(graph.nodes.length - 1, "thing")} around it
        {live > 0 && ` · blast radius: ${plural(live, "live deployment")}`}
        {unknown > 0 && ` · ${plural(unknown, "link")} nobody recorded`}
        {lineage.truncated && " · there is more behind what is shown"}
      </p>
      {view === "graph" ? <LineageDrawing graph={graph} /> : <LineageList graph={graph} />}
    </>
  );
}
