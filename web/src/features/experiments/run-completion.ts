import { keepPreviousData } from "@tanstack/react-query";
import { queryKeys } from "@/api/query-keys";
import type { RunColumn } from "@/api/types";
import type { KeysAsked } from "@/lib/filter-suggestions";
import type { FilterCompletion, KeysQuery } from "@/ui/filter-completion";
import { NAMES_STALE_MS, type RunScope, readColumns } from "./api";
import { RUN_GRAMMAR } from "./filter-grammars";
import { FIELD_KIND_OF } from "./run-fields";

/** How many names a filter is completed with. */
const KEYS = 30;
const KINDS_OF: Partial<Record<string, RunColumn["kind"]>> = {
  metrics: "metric",
  params: "param",
  tags: "tag",
};

function runKeysQuery(scope: RunScope, { collection, part }: KeysAsked): KeysQuery {
  return {
    queryKey: queryKeys.runColumns({ ...scope, q: part, collection, completes: true }),
    queryFn: async ({ signal }) => {
      const kind = KINDS_OF[collection ?? ""];
      const { items } = await readColumns(scope, { q: part, kind: kind && [kind], limit: KEYS }, signal);
      return items.map((found) => ({ collection: FIELD_KIND_OF[found.kind], name: found.column }));
    },
    placeholderData: keepPreviousData,
    staleTime: NAMES_STALE_MS,
  };
}

/** What completes a filter of runs. */
export function runCompletion(scope: RunScope): FilterCompletion {
  return { ...RUN_GRAMMAR, keysQuery: (asked) => runKeysQuery(scope, asked) };
}
