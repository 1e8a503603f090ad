import type { ReactNode } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { formatAbsolute } from "@/lib/time";
import { Button } from "./button";
import { CopyButton } from "./copyable-id";
import styles from "./states.module.css";
import { useLate } from "./use-late";

/** What a query's result looks like from here. */
export interface QueryLike<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

interface LoadedProps<T> {
  query: QueryLike<T>;
  /** What is loaded, as the error says it: "Runs". */
  what: string;
  /** Shown while nothing is there, in the final layout. */
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

/** The content of a query, or what stands for it while it loads and when it fails. */
export function Loaded<T>({ query, what, skeleton, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState what={what} error={query.error} onRetry={() => query.refetch()} />;
  return <Late>{skeleton}</Late>;
}

/** Its content, once waiting has become noticeable. */
export function Late({ children }: { children: ReactNode }) {
  return useLate(true) ? children : null;
}

/** Grey lines in the place of text that is on its way. */
export function Skeleton({
  rows = 1,
  height = 12,
  gap = 20,
}: {
  rows?: number;
  height?: number;
  gap?: number;
}) {
  return (
    <div className={styles.skeletons} style={{ gap }} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className={styles.skeleton} style={{ height, width: `${92 - ((row * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  /** Why it is empty, and what would be here. */
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: EmptyProps) {
  return (
    <div className={styles.state}>
      <h2>{title}</h2>
      {children && <div className={styles.why}>{children}</div>}
      {action}
    </div>
  );
}

interface ErrorProps {
  what: string;
  error: unknown;
  onRetry?: () => void;
}

/** What could not be loaded, why, and what can be done. A missing right and a missing thing have their own words. */
export function ErrorState({ what, error, onRetry }: ErrorProps) {
  const failure = toApiError(error);
  if (failure.isDenied) return <DeniedState what={what} error={failure} />;
  return (
    <div className={styles.state} role="alert">
      <h2>{failure.isMissing ? `${what} was not found` : `${what} could not be loaded`}</h2>
      <p className={styles.why}>{failure.message}</p>
      {onRetry && <Button onClick={onRetry}>Retry</Button>}
      <details className={styles.details}>
        <summary>Details</summary>
        <dl>
          <dt>Type</dt>
          <dd>
            <code>{failure.type}</code> {failure.status > 0 && `(${failure.status})`}
          </dd>
          <dt>Request id</dt>
          <dd>
            {failure.requestId ? (
              <>
                <code>{failure.requestId}</code> <CopyButton text={failure.requestId} what="request id" />
              </>
            ) : (
              "—"
            )}
          </dd>
          <dt>Time</dt>
          <dd>{formatAbsolute(failure.at)}</dd>
        </dl>
      </details>
    </div>
  );
}

function DeniedState({ what, error }: { what: string; error: ApiError }) {
  const right = typeof error.details.right === "string" ? error.details.right : null;
  return (
    <div className={styles.state} role="alert">
      <h2>{what} may not be shown to you</h2>
      <p className={styles.why}>
        {right ? (
          <>
            You lack the right <code>{right}</code>. An admin of the project can give it.
          </>
        ) : (
          error.message
        )}
      </p>
    </div>
  );
}
