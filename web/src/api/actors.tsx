import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { nameOfActor } from "@/lib/actors";
import { api, unwrap } from "./client";
import { queryKeys } from "./query-keys";

/** Names that one request asks for at most. */
const MOST = 100;

type Told = (names: Promise<ReadonlyMap<string, string>>) => void;

/** What is asked for while a page is drawn, in one request. */
const waiting = new Map<string, Told[]>();

function lookUp(reference: string): Promise<string | null> {
  return new Promise<ReadonlyMap<string, string>>((tell) => {
    if (waiting.size === 0) setTimeout(ask, 0);
    waiting.set(reference, [...(waiting.get(reference) ?? []), tell]);
  }).then((names) => names.get(reference) ?? null);
}

function ask(): void {
  const all = [...waiting];
  waiting.clear();
  for (let from = 0; from < all.length; from += MOST) {
    const part = all.slice(from, from + MOST);
    const names = fetchNames(part.map(([reference]) => reference));
    for (const [, tellers] of part) for (const tell of tellers) tell(names);
  }
}

async function fetchNames(references: string[]): Promise<ReadonlyMap<string, string>> {
  const { items } = await unwrap(
    api.GET("/api/actors", { params: { query: { ids: references.join(",") } } }),
  );
  return new Map(items.map(({ ref, name }) => [ref, name]));
}

/** Only tokens are called something that their reference does not tell. */
const hasName = (reference: string) => reference.startsWith("token:");

/** The name of a token; null: it has none that we may read. Names do not change. */
const nameQuery = (reference: string) =>
  queryOptions({
    queryKey: queryKeys.actor(reference),
    queryFn: () => lookUp(reference),
    enabled: hasName(reference),
    staleTime: "static" as const,
  });

/** What somebody who did something is called; the reference as long as no name is known. */
export function useActorName(reference: string): string {
  return useQuery(nameQuery(reference)).data ?? nameOfActor(reference);
}

/** The same for several, of which more come to be known: what each of them is called. */
export function useActorNames(references: readonly string[]): (reference: string) => string {
  const found = useQueries({ queries: references.map(nameQuery) });
  const names = new Map(references.map((reference, index) => [reference, found[index]?.data]));
  return (reference) => names.get(reference) ?? nameOfActor(reference);
}

/** The same outside of components; without an answer it is the reference. */
export async function actorName(reference: string): Promise<string> {
  const name = hasName(reference) ? await lookUp(reference).catch(() => null) : null;
  return name ?? nameOfActor(reference);
}

/** Who did something; the title is the reference that the ledger has. */
export function ActorName({ reference, className }: { reference: string; className?: string }) {
  return (
    <span className={className} title={reference || undefined}>
      {useActorName(reference)}
    </span>
  );
}
