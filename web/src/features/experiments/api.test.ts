import { expect, test } from "vitest";
import { filterQuery } from "./api";

test("a text with a comparison is a filter, any other a search", () => {
  expect(filterQuery("metrics.acc > 0.9 and params.lr < 0.01")).toEqual({
    filter: "metrics.acc > 0.9 and params.lr < 0.01",
  });
  expect(filterQuery("name like '%base%'")).toEqual({ filter: "name like '%base%'" });
  expect(filterQuery(" baseline ")).toEqual({ q: "baseline" });
  expect(filterQuery("  ")).toEqual({});
});
