import fc from "fast-check";
import { expect, test } from "vitest";
import { ApiError } from "@/api/errors";
import { anInstance } from "@/testing/things";
import { changedFields, FIELDS, type FieldName, gpusOf, parse, problemOf, textOf } from "./fields";
import { formatOf, textFile } from "./formats";
import { rowProblems } from "./row-problems";
import { isShown } from "./selection";

test("a number within its limits passes and comes out as itself; any other says the limits and what it got", () => {
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 500 }), (value) => {
      const problem = problemOf("replicas", String(value));
      if (value >= 1 && value <= 100) {
        expect(problem).toBeNull();
        expect(parse("replicas", ` ${value} `)).toBe(value);
      } else expect(problem).toBe(`Replicas must be 1–100 (got ${value})`);
    }),
  );
  for (const typed of ["", "1.5", "1e1", "ten", "٣"]) expect(problemOf("replicas", typed)).not.toBeNull();
});

test("lengths are counted in characters, as the server does", () => {
  expect(problemOf("name", "😀".repeat(255))).toBeNull();
  expect(problemOf("name", "😀".repeat(256))).toBe("Name may have 255 characters at most (got 256)");
  expect(problemOf("name", "  ")).toBe("Name is needed");
  expect(problemOf("status", "on")).toBe("Status must be one of active, inactive, pending, error");
});

test("what is typed as it was is no change; a version that is emptied is the latest", () => {
  const instance = anInstance({ model_version: "v7" });
  const typed = Object.fromEntries(FIELDS.map(({ name }) => [name, textOf(instance[name])])) as Record<
    FieldName,
    string
  >;
  expect(changedFields(instance, typed)).toEqual({});
  expect(changedFields(instance, { ...typed, model_version: " ", replicas: "05" })).toEqual({
    model_version: "latest",
    replicas: 5,
  });
});

test("an instance takes the GPUs of one replica times its replicas", () => {
  expect(gpusOf({ pp: 2, cp: 8, tp: 4, replicas: 3 })).toBe(192);
});

test("a row is hidden by exactly what the list leaves out", () => {
  const instance = anInstance({ name: "Chat-1", description: "Nightly" });
  for (const filter of [
    {},
    { filter: "chat" },
    { filter: "NIGHT" },
    { status: "active", cluster: "gpu-cluster-0" },
  ])
    expect(isShown(instance, filter as object)).toBe(true);
  for (const filter of [
    { filter: "zz" },
    { status: "error" },
    { cluster: "gpu" },
    { priority: "high" },
    { model: "x" },
  ])
    expect(isShown(instance, filter as object)).toBe(false);
});

test("a selection is written as the server writes a list, and nothing in it is a formula", () => {
  const rows = [{ id: 1, name: 'a,"b"', description: "=1+1" }];
  expect(textFile("csv", rows, ["id", "name", "description"])).toBe(
    'id,name,description\r\n1,"a,""b""",\'=1+1\r\n',
  );
  expect(textFile("ndjson", rows, ["id", "gone"])).toBe('{"id":1,"gone":null}\n');
  expect(["a.CSV", "b.jsonl", "c.parquet", "d.txt", "e"].map((name) => formatOf(name)?.name ?? null)).toEqual(
    [...["csv", "ndjson", "parquet"], ...[null, null]],
  );
});

test("the problems of a bulk request are those of its rows", () => {
  const error = new ApiError(
    422,
    "VALIDATION_ERROR",
    "no",
    {
      problems: [
        { path: "update.3.replicas", message: "too many" },
        { path: "update.3.name", message: "taken" },
        { path: "delete.3", message: "gone" },
        { path: "update", message: "has too many rows" },
      ],
    },
    null,
  );
  expect([...rowProblems(error, "update")]).toEqual([[3, "too many; taken"]]);
  expect([...rowProblems(error, "delete")]).toEqual([[3, "gone"]]);
});
