import type { QueryClient } from "@tanstack/react-query";
import { api, unwrap, writeHeaders } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";

/** A run that is about to be changed; its version where it is known. */
export interface ChosenRun {
  id: string;
  version: number | undefined;
}

/** So many requests are under way at once. */
const AT_ONCE = 6;

export interface Outcome {
  done: string[];
  /** Why each of the others was not changed. */
  failed: Map<string, ApiError>;
}

/** Set a tag of many runs, or take it away. */
export function tagRuns(runs: readonly ChosenRun[], key: string, value: string | null, each: () => void) {
  return forEach(runs, each, ({ id, version }) =>
    unwrap(
      api.PATCH("/api/runs/{id}", {
        params: { path: { id }, header: writeHeaders(version) },
        body: { tags: { [key]: value } },
      }),
    ),
  );
}

/** Put many runs aside. */
export function archiveRuns(runs: readonly ChosenRun[], each: () => void): Promise<Outcome> {
  return forEach(runs, each, async ({ id, version }) => {
    const answer = await api.DELETE("/api/runs/{id}", {
      params: { path: { id }, header: writeHeaders(version) },
    });
    if (!answer.response.ok) await unwrap(Promise.resolve(answer));
  });
}

/** Bring runs back that were put aside. */
export function restoreRuns(ids: readonly string[]): Promise<Outcome> {
  return forEach(
    ids.map((id) => ({ id, version: undefined })),
    () => undefined,
    ({ id }) =>
      unwrap(api.POST("/api/runs/{id}/restore", { params: { path: { id }, header: writeHeaders() } })),
  );
}

/** What shows runs is read again, also where no socket tells of the change. */
export async function readRunsAgain(client: QueryClient): Promise<void> {
  await client.invalidateQueries({ queryKey: queryKeys.experiments.all });
}

async function forEach(
  runs: readonly ChosenRun[],
  each: () => void,
  write: (run: ChosenRun) => Promise<unknown>,
): Promise<Outcome> {
  const waiting = [...runs];
  const outcome: Outcome = { done: [], failed: new Map() };
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      try {
        await write(run);
        outcome.done.push(run.id);
      } catch (error) {
        outcome.failed.set(run.id, toApiError(error));
      }
      each();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcome;
}
