import { skipToken, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type QueryKey, queryKeys } from "@/api/query-keys";
import type { AsOf } from "@/lib/as-of";
import type { FilterGrammar } from "@/lib/filter-grammar";
import { placeAt } from "@/lib/filter-place";
import {
  type FoundKey,
  type KeysAsked,
  keysAsked,
  type Suggestion,
  suggestionsAt,
  type Taken,
  taken,
} from "@/lib/filter-suggestions";

/** Asks for keys of collections. */
export type KeysQuery = UseQueryOptions<FoundKey[], Error, FoundKey[], QueryKey>;

/** What completes a list's filter: what it can be filtered by, and how further names are found. */
export interface FilterCompletion extends FilterGrammar {
  /** Names under collections that contain a text; absent: nobody knows them. */
  keysQuery?: (asked: KeysAsked) => KeysQuery;
}

/** What completes it of a moment: of the past the server reads attributes only. */
export function completionAt(completion: FilterCompletion, at: AsOf): FilterCompletion {
  return at === undefined ? completion : { fields: completion.fields, collections: [] };
}

/** How long typing rests before names are looked for. */
const REST_MS = 150;
const NOT_ASKED: KeysQuery = { queryKey: queryKeys.runColumns({}), queryFn: skipToken };
const NONE: FoundKey[] = [];

interface Suggested {
  suggestions: readonly Suggestion[];
  /** A text with a suggestion in its place, and where the caret is then. */
  taken: (suggestion: Suggestion) => Taken;
  /** What was typed is the beginning of the first suggestion. */
  isBegun: boolean;
}

const NOTHING: Suggested = {
  suggestions: [],
  taken: () => ({ text: "", caret: 0 }),
  isBegun: false,
};

/** What may be put where somebody types; nothing is looked for while `isOpen` is false. */
export function useSuggestions(
  completion: FilterCompletion,
  text: string,
  caret: number,
  isOpen: boolean,
): Suggested {
  const place = isOpen ? placeAt(text, caret) : null;
  const asked = keysAsked(place, completion);
  // As text: the question is a new object each time that it is drawn.
  const key = useRested(asked ? JSON.stringify(asked) : null);
  const found = useQuery(
    key !== null && completion.keysQuery ? completion.keysQuery(JSON.parse(key) as KeysAsked) : NOT_ASKED,
  );
  if (place === null) return NOTHING;
  const suggestions = suggestionsAt(place, completion, found.data ?? NONE, Date.now());
  const typed = place.typed.replace(/^'/, "").toLowerCase();
  return {
    suggestions,
    taken: (suggestion) => taken(text, place, suggestion),
    isBegun: typed !== "" && suggestions[0]?.label.toLowerCase().startsWith(typed) === true,
  };
}

/** The value once it has stayed for a moment. */
function useRested(value: string | null): string | null {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
