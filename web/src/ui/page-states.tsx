import type { ReactNode } from "react";
import { FillPage } from "./page";
import { type Crumb, PageHeader } from "./page-header";
import { ErrorState, Late, type QueryLike, Skeleton } from "./states";

interface LoadedPageProps<T> {
  query: QueryLike<T>;
  /** What kind of thing the page is about, as its heading says until the thing's own name is known: "Run". */
  kind: string;
  above: readonly Crumb[];
  children: (data: T) => ReactNode;
}

/** A page about one thing, or what stands for it while it loads and when it fails: a page with a heading all the same. */
export function LoadedPage<T>({ query, kind, above, children }: LoadedPageProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  const header = <PageHeader name={kind} title={kind} above={above} />;
  return query.error ? (
    <FillPage>
      {header}
      <ErrorState what={`The ${kind.toLowerCase()}`} error={query.error} onRetry={() => query.refetch()} />
    </FillPage>
  ) : (
    <Late>
      <FillPage>
        {header}
        <Skeleton rows={8} />
      </FillPage>
    </Late>
  );
}
