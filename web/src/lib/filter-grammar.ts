/**
 * What a list can be filtered by, as far as it helps whoever types a filter. The server alone judges filters; what is
 * offered here it understands.
 */

/** What stands in a field, and so how it is compared. */
export type ValueKind = "text" | "number" | "time" | "choice" | "id";

export interface FilterField {
  name: string;
  kind: ValueKind;
  /** All values that there are: of a choice. */
  values?: readonly string[];
}

/** Values by key: `metrics.acc`. */
export interface FilterCollection {
  name: string;
  /** Other names that the server takes for it. */
  aliases?: readonly string[];
  kind: ValueKind;
  /** The only keys there are; absent: any. */
  keys?: readonly string[];
}

export interface FilterGrammar {
  fields: readonly FilterField[];
  collections: readonly FilterCollection[];
}

const EQUALITY = ["=", "!="];
const ORDER = [">", ">=", "<", "<="];
const PATTERNS = ["LIKE", "ILIKE"];
const MEMBERSHIP = ["IN (", "NOT IN ("];
const PRESENCE = ["IS NULL", "IS NOT NULL"];

/** The operators of each kind, the most useful ones first. */
export const OPERATORS: Record<ValueKind, readonly string[]> = {
  text: [...EQUALITY, ...PATTERNS, ...MEMBERSHIP, ...PRESENCE],
  number: [...ORDER, ...EQUALITY, ...MEMBERSHIP, ...PRESENCE],
  time: [...ORDER, ...EQUALITY, ...PRESENCE],
  choice: [...EQUALITY, ...MEMBERSHIP],
  id: [...EQUALITY, ...MEMBERSHIP, ...PRESENCE],
};

/** A name with a dot: the collection that it names, and the key with its quotes. */
export function splitName(name: string): [collection: string, key: string] | null {
  const dot = name.indexOf(".");
  return dot < 0 ? null : [name.slice(0, dot), name.slice(dot + 1)];
}

export function collectionOf(grammar: FilterGrammar, word: string): FilterCollection | undefined {
  return grammar.collections.find(({ name, aliases }) => name === word || aliases?.includes(word));
}

/** What a name stands for; undefined: nothing that is known here. */
export function fieldOf(grammar: FilterGrammar, name: string): FilterField | undefined {
  const parts = splitName(name);
  if (parts === null) return grammar.fields.find((field) => field.name === name);
  const collection = collectionOf(grammar, parts[0]);
  return collection && { name, kind: collection.kind };
}

/** The words of a choice; the compiler holds them to be all that the API knows. */
export function valuesOf<Word extends string>(words: Record<Word, true>): readonly Word[] {
  return Object.keys(words) as Word[];
}
