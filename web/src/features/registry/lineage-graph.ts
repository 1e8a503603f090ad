import type { Lineage, LineageEdge, LineageNode } from "@/api/types";

/** Relations that lead from the cause to what depends on it; all others lead from the dependent to its cause. */
const FROM_CAUSE = new Set(["produced"]);

/** A link, told from the cause to what depends on it. */
export interface Arrow {
  id: string;
  cause: string;
  dependent: string;
  relation: string;
}

/** Where a node lies, seen from the version: what it came from, or what came from it. */
export type Side = "start" | "up" | "down" | "beside";

export interface GraphNode extends LineageNode {
  key: string;
  side: Side;
  /** What people call it. */
  label: string;
  /** It serves requests now, and came from the version: what a bad version would reach. */
  isLive: boolean;
}

export interface Graph {
  start: string;
  nodes: GraphNode[];
  arrows: Arrow[];
  /** Keys of nodes by those that are one step towards the causes or the dependents. */
  causes: ReadonlyMap<string, readonly string[]>;
  dependents: ReadonlyMap<string, readonly string[]>;
}

const LIVE = new Set(["ready", "degraded", "starting", "pending"]);

export function keyOf({ entity, entity_id }: Pick<LineageNode, "entity" | "entity_id">): string {
  return `${entity}:${entity_id}`;
}

/** The kind of a thing in words. */
export function kindOf({ entity }: Pick<LineageNode, "entity">): string {
  return entity.replaceAll("_", " ");
}

/** The graph of a lineage around the node `start`, each link told from cause to dependent. */
export function graphOf(lineage: Lineage, start: string): Graph {
  const known = new Set(lineage.nodes.map(keyOf));
  const arrows = lineage.edges
    .map(arrowOf)
    .filter((arrow) => known.has(arrow.cause) && known.has(arrow.dependent));
  const causes = grouped(arrows, (arrow) => [arrow.dependent, arrow.cause]);
  const dependents = grouped(arrows, (arrow) => [arrow.cause, arrow.dependent]);
  const up = reachable(start, causes);
  const down = reachable(start, dependents);
  const serving = new Set(
    lineage.nodes
      .filter(({ entity, exists, standing }) => entity === "deployment" && exists && LIVE.has(standing ?? ""))
      .map(keyOf),
  );
  const nodes = lineage.nodes.map((node): GraphNode => {
    const key = keyOf(node);
    const side = key === start ? "start" : up.has(key) ? "up" : down.has(key) ? "down" : "beside";
    const isServing =
      serving.has(key) ||
      (node.entity === "endpoint" &&
        node.exists === true &&
        (causes.get(key) ?? []).some((cause) => serving.has(cause)));
    return { ...node, key, side, label: labelOf(node), isLive: side === "down" && isServing };
  });
  return { start, nodes, arrows, causes, dependents };
}

function arrowOf({ source, relation, target }: LineageEdge): Arrow {
  const [cause, dependent] = FROM_CAUSE.has(relation) ? [source, target] : [target, source];
  return { id: `${source} ${relation} ${target}`, cause, dependent, relation };
}

function labelOf(node: LineageNode): string {
  if (!node.known) return `unknown ${kindOf(node)}`;
  return node.name ?? node.entity_id.slice(0, 12);
}

function grouped(
  arrows: readonly Arrow[],
  pair: (arrow: Arrow) => [string, string],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const arrow of arrows) {
    const [from, to] = pair(arrow);
    const list = found.get(from) ?? [];
    if (!list.includes(to)) list.push(to);
    found.set(from, list);
  }
  return found;
}

function reachable(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [start];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
    for (const other of next.get(key) ?? [])
      if (!found.has(other) && other !== start) {
        found.add(other);
        waiting.push(other);
      }
  return found;
}

/** What hangs together with a node: itself, all that it came from and all that came from it. */
export function connected(graph: Graph, key: string): ReadonlySet<string> {
  return new Set([key, ...reachable(key, graph.causes), ...reachable(key, graph.dependents)]);
}

export type Arrowed = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** Where a node lies in the drawing. */
export interface Place {
  x: number;
  y: number;
}

/**
 * The node that an arrow key leads to: left and right along the links, up and down among those of the same layer.
 *
 * Returns: null where there is none.
 */
export function step(
  graph: Graph,
  places: ReadonlyMap<string, Place>,
  from: string,
  key: Arrowed,
): string | null {
  const here = places.get(from);
  if (here === undefined) return null;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const next = (key === "ArrowLeft" ? graph.causes : graph.dependents).get(from) ?? [];
    return nearest(next, places, here.y);
  }
  const side = key === "ArrowUp" ? -1 : 1;
  const layer = [...places]
    .filter(
      ([other, { x, y }]) => other !== from && Math.abs(x - here.x) < 1 && Math.sign(y - here.y) === side,
    )
    .map(([other]) => other);
  return nearest(layer, places, here.y);
}

function nearest(keys: readonly string[], places: ReadonlyMap<string, Place>, y: number): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    const distance = Math.abs((places.get(key)?.y ?? Number.POSITIVE_INFINITY) - y);
    if (distance < least) [best, least] = [key, distance];
  }
  return best;
}
