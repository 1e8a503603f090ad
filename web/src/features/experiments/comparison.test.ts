import { expect, test } from "vitest";
import { bestOf, dimensionsOf, directionOf, extentOf, labelsOf } from "./comparison";

test("whether more or less is better is told by the last part of a metric's name", () => {
  expect(["train/loss", "val/accuracy", "error_rate", "step_time_s", "epoch"].map(directionOf)).toEqual([
    -1, 1, -1, -1, 0,
  ]);
});

test("the best values are marked where they differ and somebody can tell", () => {
  expect([...bestOf({ name: "acc", values: [0.5, 0.9, null, "NaN", 0.9] })]).toEqual([1, 4]);
  expect([...bestOf({ name: "loss", values: [0.5, 0.9, "Infinity"] })]).toEqual([0]);
  expect(bestOf({ name: "loss", values: [1, 1] }).size).toBe(0);
  expect(bestOf({ name: "epoch", values: [1, 2] }).size).toBe(0);
});

test("params are numbers where all of them are, words in their order otherwise", () => {
  const param = (key: string, values: (string | null)[]) => ({ key, values, differs: true });
  const told = {
    params: {
      items: [
        param("lr", ["1e-3", null, "0.1"]),
        param("size", ["10b", "2b", ""]),
        { ...param("same", ["1"]), differs: false },
      ],
      differing: 2,
      total: 3,
    },
    metrics: {
      items: [{ name: "acc", values: [1, "NaN", null], deltas: [], differs: true }],
      differing: 1,
      total: 1,
    },
  };
  const [lr, size, acc] = dimensionsOf(told);
  expect(lr).toEqual({ field: "params.lr", name: "lr", values: [0.001, null, 0.1], words: null });
  expect(size).toEqual({ field: "params.size", name: "size", values: [2, 1, 0], words: ["", "2b", "10b"] });
  expect(acc?.values).toEqual([1, null, null]);
});

test("an axis is never without length", () => {
  expect(extentOf({ values: [null, 3, 3] })).toEqual([2.5, 3.5]);
  expect(extentOf({ values: [-1, null, 4] })).toEqual([-1, 4]);
  expect(extentOf({ values: [null] })).toBeNull();
});

test("runs of the same name are told apart by their ids", () => {
  const runs = ["a", "b", "c"].map((digit, place) => ({ id: digit.repeat(32), name: place < 2 ? "x" : "y" }));
  expect(labelsOf(runs)).toEqual(["x aaaaaaaa", "x bbbbbbbb", "y"]);
});
