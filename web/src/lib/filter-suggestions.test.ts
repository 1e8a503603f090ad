import { expect, test } from "vitest";
import type { FilterGrammar } from "./filter-grammar";
import { placeAt } from "./filter-place";
import { type FoundKey, keysAsked, suggestionsAt, taken } from "./filter-suggestions";

const GRAMMAR: FilterGrammar = {
  fields: [
    { name: "name", kind: "text" },
    { name: "status", kind: "choice", values: ["running", "succeeded", "failed"] },
    { name: "started_at", kind: "time" },
    { name: "attempts", kind: "number" },
  ],
  collections: [
    { name: "metrics", aliases: ["metric"], kind: "number" },
    { name: "params", kind: "text" },
    { name: "dataset", kind: "text", keys: ["name", "digest"] },
  ],
};
const FOUND: FoundKey[] = [
  { collection: "metrics", name: "metrics.val/accuracy" },
  { collection: "metrics", name: "metrics.`val loss`" },
  { collection: "params", name: "params.state_dim" },
];
const NOW = Date.parse("2026-11-20T12:00:00Z");

/** What is offered where `|` stands. */
function offered(marked: string): string[] {
  const caret = marked.indexOf("|");
  const place = placeAt(marked.replace("|", ""), caret);
  return place === null ? [] : suggestionsAt(place, GRAMMAR, FOUND, NOW).map(({ label }) => label);
}

/** The filter once the first suggestion is taken. */
function completed(marked: string): string {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  const place = placeAt(text, caret);
  const [first] = place ? suggestionsAt(place, GRAMMAR, FOUND, NOW) : [];
  if (!place || !first) return marked;
  const next = taken(text, place, first);
  return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
}

test.each([
  ["|", ["name", "status", "started_at", "attempts", "metrics.", "params.", "dataset."]],
  ["sta|", ["status", "started_at", "params.state_dim"]],
  ["acc|", ["metrics.val/accuracy"]],
  ["metrics.|", ["metrics.val/accuracy", "metrics.`val loss`"]],
  ["metric.`val l|", ["metrics.`val loss`"]],
  ["metrics.`val l|", ["metrics.`val loss`"]],
  ["dataset.d|", ["dataset.digest"]],
  ["status |", ["=", "!=", "IN (", "NOT IN ("]],
  ["status n|", ["NOT IN ("]],
  ["status NOT |", ["NOT IN ("]],
  ["status !|", ["!="]],
  ["attempts >|", []],
  ["name i|", ["ILIKE", "IN (", "IS NULL", "IS NOT NULL"]],
  ["name is n|", ["IS NULL", "IS NOT NULL"]],
  ["name is null |", ["AND", "OR"]],
  ["status = |", ["running", "succeeded", "failed"]],
  ["status =|", ["running", "succeeded", "failed"]],
  ["status = 'f|", ["failed"]],
  ["status = 'e|", ["succeeded", "failed"]],
  ["status = 'su|", ["succeeded"]],
  ["status = 'n|", ["running"]],
  ["status = 'failed'|", []],
  ["status = 'failed' |", ["AND", "OR"]],
  ["status = 'failed' a|", ["AND"]],
  ["status = 'failed' and n|", ["name"]],
  ["NOT (status = |", ["running", "succeeded", "failed"]],
  ["status in ('failed' |", [",", ")"]],
  ["status in ('failed', |", ["running", "succeeded", "failed"]],
  ["metrics.acc > 0.|", []],
  ["metrics.`val loss` < 1 |", ["AND", "OR"]],
  ["started_at > 'a week|", ["2026-11-13T12:00:00Z"]],
  // Words that are no filter are left alone.
  ["my favourite |", []],
  ["my favourite r|", []],
  ["say 'it's |", []],
])("%s is completed by what fits there", (marked, expected) => {
  expect(offered(marked)).toEqual(expected);
});

test.each([
  ["sta|", "status |"],
  ["sta| = 'failed'", "status |= 'failed'"],
  ["st|atus = 'failed'", "status |= 'failed'"],
  ["status NOT I|", "status NOT IN (|"],
  ["status =|", "status = 'running' |"],
  ["status in (|", "status in ('running' |"],
  ["(status = 'failed')|", "(status = 'failed') AND |"],
  ["status = 'fa|iled' and name = 'x'", "status = 'failed' |and name = 'x'"],
  ["attempts > 1 and met| > 2", "attempts > 1 and metrics.| > 2"],
])("in %s a suggestion takes the place of the whole word", (marked, expected) => {
  expect(completed(marked)).toBe(expected);
});

test("names are looked for in the collection that is named, else in all", () => {
  const asked = (text: string) => keysAsked(placeAt(text, text.length), GRAMMAR);
  expect(asked("metric.`val lo")).toEqual({ collection: "metrics", part: "val lo" });
  expect(asked("los")).toEqual({ part: "los" });
  expect(asked("")).toBeNull();
  expect(asked("dataset.na")).toBeNull();
  expect(asked("status = 'fa")).toBeNull();
});

test("any text at all can be typed, at any place", () => {
  const pieces = [
    "metrics.",
    "`",
    "'",
    '"',
    "status",
    " ",
    "=",
    "(",
    ",",
    "in",
    "NOT",
    "0.5",
    "é",
    "🙂",
    ".",
    "\\",
  ];
  for (let seed = 0; seed < 3000; seed += 1) {
    let state = seed;
    let text = "";
    for (let part = 0; part < 8; part += 1) {
      state = (state * 1103515245 + 12345) % 2147483648;
      text += pieces[state % pieces.length];
    }
    for (const caret of [0, Math.floor(text.length / 2), text.length]) {
      const place = placeAt(text, caret);
      if (place === null) continue;
      expect(place.from).toBeLessThanOrEqual(caret);
      expect(place.to).toBeGreaterThanOrEqual(caret);
      suggestionsAt(place, GRAMMAR, FOUND, NOW);
    }
  }
});
