import type { Query, QueryClient } from "@tanstack/react-query";
import { isOfThePast } from "./as-of";

/** First answers that are on their way and must be followed by another. */
const followed = new WeakSet<Query>();

/**
 * Ask again for the answers under a key, because something has changed on the server; without a key for all.
 *
 * A first answer that is on its way may have been made before the change. It is let through, for a page that changes
 * all the time must begin with something, and then asked for again. (Later ones are given up and asked for anew by
 * `invalidateQueries` itself.) What is shown as of a moment stays as it is.
 */
export function readAgain(client: QueryClient, queryKey?: readonly unknown[]): void {
  const predicate = ({ queryKey: key }: Query) => !isOfThePast(key);
  const underWay = client.getQueryCache().findAll({ queryKey, fetchStatus: "fetching", predicate });
  for (const query of underWay) if (query.state.data === undefined) follow(client, query);
  void client.invalidateQueries({ queryKey, predicate });
}

function follow(client: QueryClient, query: Query): void {
  if (followed.has(query)) return;
  followed.add(query);
  const again = () => {
    followed.delete(query);
    void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
  };
  // One that failed says so to its page, which can try again.
  query.promise?.then(again, () => followed.delete(query));
}
