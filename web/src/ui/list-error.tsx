import { filterError } from "@/api/list-filter";
import { EmptyState, ErrorState } from "./states";

interface Props {
  what: string;
  error: Error;
  onRetry: () => void;
}

/** Why a list cannot be shown: its filter was not understood, or it failed. */
export function ListError({ what, error, onRetry }: Props) {
  const wrong = filterError(error);
  if (wrong === null) return <ErrorState what={what} error={error} onRetry={onRetry} />;
  return (
    <div role="alert">
      <EmptyState title="The filter was not understood">{wrong.replace(/^filter: /, "")}</EmptyState>
    </div>
  );
}
