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

const nothing = () => undefined;

/** Set a tag of many runs. */
export function tagRuns(
  runs: readonly ChosenRun[],
  key: string,
  value: string,
  each: () => void,
): Promise<Outcome> {
  return forEach(runs, each, (run) => setTag(run, key, value));
}

/** Give a tag of many runs back what it was. */
export function untagRuns(key: string, before: ReadonlyMap<string, string | null>): Promise<Outcome> {
  return forEach(unversioned([...before.keys()]), nothing, (run) =>
    setTag(run, key, before.get(run.id) ?? null),
  );
}

function setTag({ id, version }: ChosenRun, key: string, value: string | null): Promise<unknown> {
  return unwrap(
    api.PATCH("/api/runs/{id}", {
      params: { path: { id }, header: writeHeaders(version) },
      body: { tags: { [key]: value } },
    }),
  );
}

/** Order the end of runs that a job drives. */
export function stopRuns(
  runs: readonly (ChosenRun & { jobId: string })[],
  each: () => void,
): Promise<Outcome> {
  return forEach(runs, each, ({ jobId }) =>
    unwrap(
      api.POST("/api/training/jobs/{id}/stop", {
        params: { path: { id: jobId }, header: writeHeaders() },
      }),
    ),
  );
}

/** Put many runs aside. */
export function archiveRuns(runs: readonly ChosenRun[], each: () => void = nothing): Promise<Outcome> {
  return forEach(runs, each, async ({ id, version }) => {
    const answer = await api.DELETE("/api/runs/{id}", {
      params: { path: { id }, header: writeHeaders(version) },
    });
    if (!answer.response.ok) await unwrap(Promise.resolve(answer));
  });
}

/** Bring runs back that were put aside. */
export function restoreRuns(runs: readonly ChosenRun[], each: () => void = nothing): Promise<Outcome> {
  return forEach(runs, each, ({ id, version }) =>
    unwrap(api.POST("/api/runs/{id}/restore", { params: { path: { id }, header: writeHeaders(version) } })),
  );
}

/** Runs that were just changed: whichever version they have now. */
export function unversioned(ids: readonly string[]): ChosenRun[] {
  return ids.map((id) => ({ id, version: undefined }));
}

/** What shows runs is read again, also where no socket tells of the change. */
export async function readRunsAgain(client: QueryClient): Promise<void> {
  await Promise.all(
    [queryKeys.experiments.all, queryKeys.jobs.all].map((queryKey) => client.invalidateQueries({ queryKey })),
  );
}

async function forEach<Run extends ChosenRun>(
  runs: readonly Run[],
  each: () => void,
  write: (run: Run) => Promise<unknown>,
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
