import { queryOptions } from "@tanstack/react-query";
import type { Graph, Place } from "./lineage-graph";

export const NODE = { width: 176, height: 46 } as const;

export interface Layout {
  width: number;
  height: number;
  /** The middle of each node, by its key. */
  places: ReadonlyMap<string, Place>;
  /** The points of each link, by its id. */
  lines: ReadonlyMap<string, readonly Place[]>;
}

/** The drawing of a graph in layers from left to right. The library that makes it comes only when it is needed. */
export const layoutQuery = (graph: Graph) =>
  queryOptions({
    queryKey: ["lineage-layout", graph.nodes.map(({ key }) => key), graph.arrows.map(({ id }) => id)],
    queryFn: () => layOut(graph),
    staleTime: "static" as const,
  });

async function layOut(graph: Graph): Promise<Layout> {
  const dagre = await import("@dagrejs/dagre");
  const drawing = new dagre.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "LR", nodesep: 16, ranksep: 56, marginx: 16, marginy: 16 });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const { key } of graph.nodes) drawing.setNode(key, { ...NODE });
  for (const { id, cause, dependent } of graph.arrows) drawing.setEdge(cause, dependent, {}, id);
  dagre.layout(drawing);
  const { width = 0, height = 0 } = drawing.graph();
  return {
    width,
    height,
    places: new Map(graph.nodes.map(({ key }) => [key, placeOf(drawing.node(key))])),
    lines: new Map(
      graph.arrows.map(({ id, cause, dependent }) => [
        id,
        (drawing.edge({ v: cause, w: dependent, name: id })?.points ?? []).map(placeOf),
      ]),
    ),
  };
}

function placeOf({ x, y }: { x?: number | undefined; y?: number | undefined }): Place {
  return { x: x ?? 0, y: y ?? 0 };
}
