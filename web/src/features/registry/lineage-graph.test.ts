import { expect, test } from "vitest";
import type { LineageNode } from "@/api/types";
import { connected, graphOf, step } from "./lineage-graph";

const node = (entity: string, id: string, values: Partial<LineageNode> = {}): LineageNode => ({
  entity,
  entity_id: id,
  name: id,
  project: "default",
  known: true,
  exists: true,
  standing: null,
  depth: 1,
  ...values,
});

const edge = (source: string, relation: string, target: string) => ({
  source,
  relation,
  target,
  from_seq: 1,
});

const LINEAGE = {
  seq: 9,
  truncated: false,
  nodes: [
    node("model_version", "m/1"),
    node("run", "r"),
    node("job", "j"),
    node("dataset", "unknown:run:r", { known: false, name: null }),
    node("deployment", "live", { standing: "ready" }),
    node("deployment", "old", { standing: "stopped" }),
    node("endpoint", "e"),
  ],
  edges: [
    edge("model_version:m/1", "trained_from", "run:r"),
    edge("job:j", "produced", "run:r"),
    edge("run:r", "uses", "dataset:unknown:run:r"),
    edge("deployment:live", "serves", "model_version:m/1"),
    edge("deployment:old", "serves", "model_version:m/1"),
    edge("endpoint:e", "uses", "deployment:live"),
    edge("endpoint:e", "uses", "deployment:gone"),
  ],
};

test("links are told from cause to dependent, and each node by its side", () => {
  const graph = graphOf(LINEAGE, "model_version:m/1");
  expect(graph.arrows).toHaveLength(6);
  const sides = Object.fromEntries(graph.nodes.map(({ key, side }) => [key, side]));
  expect(sides).toEqual({
    "model_version:m/1": "start",
    "run:r": "up",
    "job:j": "up",
    "dataset:unknown:run:r": "up",
    "deployment:live": "down",
    "deployment:old": "down",
    "endpoint:e": "down",
  });
  expect(graph.nodes.filter(({ isLive }) => isLive).map(({ key }) => key)).toEqual([
    "deployment:live",
    "endpoint:e",
  ]);
  expect(graph.nodes.find(({ known }) => !known)?.label).toBe("unknown dataset");
  expect([...connected(graph, "deployment:old")].sort()).toEqual([
    "dataset:unknown:run:r",
    "deployment:old",
    "job:j",
    "model_version:m/1",
    "run:r",
  ]);
});

test("arrow keys walk along the links and within a layer", () => {
  const graph = graphOf(LINEAGE, "model_version:m/1");
  const places = new Map([
    ["run:r", { x: 100, y: 50 }],
    ["model_version:m/1", { x: 200, y: 50 }],
    ["deployment:live", { x: 300, y: 20 }],
    ["deployment:old", { x: 300, y: 90 }],
  ]);
  expect(step(graph, places, "run:r", "ArrowRight")).toBe("model_version:m/1");
  expect(step(graph, places, "model_version:m/1", "ArrowRight")).toBe("deployment:live");
  expect(step(graph, places, "deployment:live", "ArrowDown")).toBe("deployment:old");
  expect(step(graph, places, "deployment:old", "ArrowLeft")).toBe("model_version:m/1");
  expect(step(graph, places, "deployment:live", "ArrowUp")).toBeNull();
});
