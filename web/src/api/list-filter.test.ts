import { expect, test } from "vitest";
import { filterQuery } from "./list-filter";

test("a text with a comparison is a filter, any other a search", () => {
  expect(filterQuery("metrics.acc > 0.9 and params.lr < 0.01")).toEqual({
    filter: "metrics.acc > 0.9 and params.lr < 0.01",
  });
  expect(filterQuery("name like '%base%'")).toEqual({ filter: "name like '%base%'" });
  for (const filter of ["params.a IN ('1', '2')", "tags.team is not null", "a ilike 'x'"])
    expect(filterQuery(filter)).toEqual({ filter });
  expect(filterQuery(" baseline ")).toEqual({ q: "baseline" });
  for (const q of ["nothing-like-this", "what is in it", "works!"]) expect(filterQuery(q)).toEqual({ q });
  expect(filterQuery("  ")).toEqual({});
});
