import fc from "fast-check";
import { expect, test } from "vitest";
import { flag, list, number, oneOf, parseSearch, searchSchema, stringifySearch, text } from "./url-state";

const schema = searchSchema({
  filter: text(),
  sort: oneOf(["name", "created_at"]),
  columns: list(),
  from: number(),
  wrap: flag(),
});

const anyText = fc.string({ unit: "binary" }).filter((s) => s.isWellFormed());
const values = fc.record(
  {
    filter: anyText.filter((s) => s !== ""),
    sort: fc.constantFrom("name" as const, "created_at" as const),
    columns: fc.array(anyText),
    from: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    wrap: fc.constant(true as const),
  },
  { requiredKeys: [] },
);

test("what a page writes into the address is what it reads from it", () => {
  fc.assert(
    fc.property(values, (state) => {
      expect(schema(parseSearch(stringifySearch(state)))).toEqual(state);
    }),
  );
});

test("a state that is decoded already stays as it is", () => {
  fc.assert(
    fc.property(values, (state) => {
      expect(schema(schema(state))).toEqual(state);
    }),
  );
});

test("addresses are readable", () => {
  expect(
    stringifySearch({ columns: ["metrics.acc", "params.lr"], sort: "name", at: "2026-11-20T13:41:07Z" }),
  ).toBe("?columns=metrics.acc,params.lr&sort=name&at=2026-11-20T13:41:07Z");
  expect(stringifySearch({ filter: undefined })).toBe("");
});

test("what is not understood falls away", () => {
  expect(schema({ sort: "colour", from: "x", wrap: "yes", other: "1" })).toEqual({});
});
