import {
  collectionOf,
  type FilterCollection,
  type FilterField,
  type FilterGrammar,
  fieldOf,
  OPERATORS,
  splitName,
} from "./filter-grammar";
import type { Place } from "./filter-place";

export interface Suggestion {
  /** What takes the place of what was typed. */
  text: string;
  label: string;
  /** What it is, in a word or two. */
  hint: string;
}

/** Keys to be looked for: in one collection or, without one, in all. */
export interface KeysAsked {
  collection?: string;
  part: string;
}

/** A key that was found. */
export interface FoundKey {
  collection: string;
  /** As a filter takes it, in quotes where it needs them: `` metrics.`val loss` ``. */
  name: string;
}

/** So many are offered at once. */
const MOST = 50;
/** One letter is found in nearly every name. */
const SHORTEST_PART = 2;
const HINTS: Record<FilterField["kind"], string> = {
  text: "text",
  number: "number",
  time: "time",
  choice: "one of a few",
  id: "id",
};

/** Which keys would help at a place; null: none. */
export function keysAsked(place: Place | null, grammar: FilterGrammar): KeysAsked | null {
  if (place?.expects !== "name") return null;
  const parts = splitName(place.typed);
  if (parts === null) return place.typed.length < SHORTEST_PART ? null : { part: place.typed };
  const collection = collectionOf(grammar, parts[0]);
  return collection && !collection.keys ? { collection: collection.name, part: unquoted(parts[1]) } : null;
}

/** What may be put at a place, the likeliest first. */
export function suggestionsAt(
  place: Place,
  grammar: FilterGrammar,
  found: readonly FoundKey[],
  now: number,
): Suggestion[] {
  return all(place, grammar, found, now).slice(0, MOST);
}

/** A filter, and where the caret stands in it. */
export interface Taken {
  text: string;
  caret: number;
}

/** The filter with a suggestion in its place; words are kept apart by one blank, whoever brings it. */
export function taken(text: string, { from, to }: Place, { text: word }: Suggestion): Taken {
  const before = text.slice(0, from);
  const behind = text.slice(to);
  const gap = /[=<>)]$/.test(before) ? " " : "";
  const isDoubled = word.endsWith(" ") && behind.startsWith(" ");
  const head = `${before}${gap}${isDoubled ? word.slice(0, -1) : word}`;
  return { text: head + behind, caret: head.length + (isDoubled ? 1 : 0) };
}

function all(place: Place, grammar: FilterGrammar, found: readonly FoundKey[], now: number): Suggestion[] {
  const field = fieldOf(grammar, place.name ?? "");
  switch (place.expects) {
    case "name":
      return namesFor(place.typed, grammar, found);
    case "operator":
      return field ? operatorsFor(place.typed, field) : [];
    case "value":
      return field ? valuesFor(place.typed, field, now) : [];
    case "listed":
      return [
        { text: ", ", label: ",", hint: "another value" },
        { text: ") ", label: ")", hint: "end of the list" },
      ];
    case "join":
      return ["AND", "OR"].filter((word) => startsWith(word, place.typed)).map((word) => plain(word, ""));
  }
}

function namesFor(typed: string, grammar: FilterGrammar, found: readonly FoundKey[]): Suggestion[] {
  const parts = splitName(typed);
  if (parts) {
    const collection = collectionOf(grammar, parts[0]);
    return collection ? keysOf(collection, unquoted(parts[1]), found) : [];
  }
  const fields = grammar.fields.map(({ name, kind }) => plain(name, HINTS[kind]));
  const collections = grammar.collections.map(({ name }) => ({
    text: `${name}.`,
    label: `${name}.`,
    hint: "by name",
  }));
  const keys =
    typed.length < SHORTEST_PART ? [] : found.map(({ name, collection }) => plain(name, collection));
  const named = [...fields, ...collections].filter(({ label }) => hasWord(label, typed));
  return [...likeliestFirst(named, typed), ...keys.filter(({ label }) => contains(label, typed))];
}

function keysOf({ name, keys }: FilterCollection, part: string, found: readonly FoundKey[]): Suggestion[] {
  const all = keys
    ? keys.map((key) => plain(`${name}.${key}`, ""))
    : found.filter(({ collection }) => collection === name).map((key) => plain(key.name, ""));
  return all.filter(({ label }) => contains(unquoted(splitName(label)?.[1] ?? label), part));
}

function operatorsFor(typed: string, { kind }: FilterField): Suggestion[] {
  const words = typed.replace(/\s+/g, " ");
  return OPERATORS[kind]
    .filter((operator) => startsWith(operator, words))
    .map((operator) => ({
      text: operator.endsWith("(") ? operator : `${operator} `,
      label: operator,
      hint: MEANINGS[operator] ?? "",
    }));
}

const MEANINGS: Record<string, string> = {
  LIKE: "with % and _",
  ILIKE: "in any case",
  "IN (": "one of",
  "NOT IN (": "none of",
  "IS NULL": "is missing",
  "IS NOT NULL": "is there",
};

function valuesFor(typed: string, { kind, values }: FilterField, now: number): Suggestion[] {
  const part = typed.replace(/^['"]/, "");
  if (kind === "time") return timesFor(part, now);
  const fitting = (values ?? []).filter((value) => contains(value, part));
  return likeliestFirst(
    fitting.map((value) => ({ text: `'${value}' `, label: value, hint: "" })),
    part,
  );
}

const HOUR_MS = 3_600_000;
const AGES: readonly [string, number][] = [
  ["an hour ago", HOUR_MS],
  ["a day ago", 24 * HOUR_MS],
  ["a week ago", 7 * 24 * HOUR_MS],
  ["30 days ago", 30 * 24 * HOUR_MS],
];

function timesFor(part: string, now: number): Suggestion[] {
  return AGES.map(([hint, ago]) => {
    const label = `${new Date(now - ago).toISOString().slice(0, 19)}Z`;
    return { text: `'${label}' `, label, hint };
  }).filter(({ label, hint }) => label.startsWith(part) || contains(hint, part));
}

function plain(label: string, hint: string): Suggestion {
  return { text: `${label} `, label, hint };
}

/** Those that begin with what was typed before those that only contain it. */
function likeliestFirst(all: readonly Suggestion[], typed: string): Suggestion[] {
  const begins = ({ label }: Suggestion) => startsWith(label, typed);
  return [...all.filter(begins), ...all.filter((one) => !begins(one))];
}

function unquoted(key: string): string {
  return key.replace(/^[`"]|[`"]$/g, "");
}

/** Whether one of the words that a name consists of begins so. */
function hasWord(name: string, part: string): boolean {
  return startsWith(name, part) || contains(name, `_${part}`);
}

function startsWith(text: string, part: string): boolean {
  return text.toLowerCase().startsWith(part.toLowerCase());
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
