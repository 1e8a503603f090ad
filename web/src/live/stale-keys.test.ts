import { expect, test } from "vitest";
import { staleKeys } from "./stale-keys";

const event = (kind: string, id = "7") => ({
  seq: 1,
  at: "2026-11-20T12:00:00Z",
  kind,
  entity: kind.split(".")[0] as string,
  entity_id: id,
});

test("a run's change shows in its page and wherever runs are counted, not in its points", () => {
  expect(staleKeys(event("run.started", "abc"))).toEqual([
    ["runs", "one", "abc", "detail"],
    ["experiments"],
    ["run-sample"],
  ]);
});

test("a file shows in the folder that is open, a logged model with what the registry knows of its run", () => {
  expect(staleKeys(event("artifact.written"))).toEqual([["artifacts"]]);
  expect(staleKeys(event("logged_model.created"))).toEqual([["registry"]]);
});

test("what happens to a model, a version or a request shows in the registry, and so does who serves it", () => {
  for (const kind of ["model.aliased", "model_version.transitioned", "approval.requested"])
    expect(staleKeys(event(kind))).toEqual([["registry"]]);
  expect(staleKeys(event("deployment.created"))).toContainEqual(["registry"]);
});

test("a kind that no screen shows makes nothing stale", () => {
  expect(staleKeys(event("runway.built"))).toEqual([]);
});
