import { expect, test } from "vitest";
import { fieldsOf, firstFields, nameForServer } from "./run-fields";

const run = (metrics: Record<string, number>, params: Record<string, string> = {}) => ({ metrics, params });

test("names that the grammar does not take bare are quoted", () => {
  expect(["status", "metrics.val/loss", "metrics.val loss", "params.a`b"].map(nameForServer)).toEqual([
    "status",
    "metrics.val/loss",
    "metrics.`val loss`",
    'params."a`b"',
  ]);
});

test("the fields of most runs are offered first, and none that cannot be asked for", () => {
  expect(fieldsOf([run({ acc: 1, "a,b": 1 }, { lr: "1" }), run({ acc: 1, "val/loss": 2 })])).toEqual([
    "metrics.acc",
    "metrics.val/loss",
    "params.lr",
  ]);
});

test("a table begins with the params that tell its runs apart, and leaves the system's metrics out", () => {
  const runs = [
    run({ acc: 1, "system/cpu": 5 }, { lr: "1", seed: "7" }),
    run({ acc: 1, "system/cpu": 5 }, { lr: "2", seed: "7" }),
  ];
  expect(firstFields(runs)).toEqual(["params.lr", "metrics.acc"]);
  expect(firstFields(runs.slice(0, 1))).toEqual(["params.lr", "params.seed", "metrics.acc"]);
});
