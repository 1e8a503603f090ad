import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap, writeHeaders } from "@/api/client";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { ModelVersion, Run } from "@/api/types";

/** Something of a run that can become a version of a model. */
export type Registrable =
  | { kind: "logged-model"; id: string; name: string }
  | { kind: "folder"; path: string };

/** How many folders of a run are looked into. */
const FOLDERS = 50;
/** The file that makes a folder a model. */
const MODEL_FILE = "MLmodel";

/** The folders at the root of a run's files that hold a model; "" is the root itself. */
export const modelFoldersQuery = (run: string) =>
  queryOptions({
    queryKey: queryKeys.artifacts.part("run", run, "model-folders"),
    queryFn: async ({ signal }) => {
      const list = (path: string, limit: number) =>
        unwrap(
          api.GET("/api/runs/{id}/artifacts", {
            params: { path: { id: run }, query: { path, limit } },
            signal,
          }),
        );
      const root = await list("", 1000);
      const folders = root.items.filter(({ is_directory }) => is_directory).slice(0, FOLDERS);
      const inside = await Promise.all(folders.map(({ path }) => list(path, 100)));
      return [
        { path: "", items: root.items },
        ...folders.map(({ path }, index) => ({ path, items: inside[index]?.items ?? [] })),
      ]
        .filter(({ items }) => items.some((file) => nameOf(file.path) === MODEL_FILE))
        .map(({ path }) => path);
    },
  });

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Models of a project whose names contain a text. */
export const modelNamesQuery = (project: string, q: string) =>
  queryOptions({
    queryKey: queryKeys.registry.models({ project, names: q }),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/registry/models", {
          params: { query: { project, q: q || undefined, sort: "name", order: "asc", limit: 50 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export interface Registration {
  run: Run;
  what: Registrable;
  /** The model's name; one that nobody has makes a model. */
  model: string;
  notes: string;
}

/** Register a version, of a new model if there is none of the name; `onStep` says what is being done. */
export async function register(
  { run, what, model, notes }: Registration,
  onStep: (step: string) => void,
): Promise<ModelVersion> {
  onStep("Finding the model…");
  const id = (await findModel(run.project, model)) ?? (await makeModel(run.project, model));
  onStep("Registering…");
  return unwrap(
    api.POST("/api/registry/models/{model}/versions", {
      params: { path: { model: id }, query: { project: run.project }, header: writeHeaders() },
      body: { ...sourceOf(run.id, what), run_id: run.id, notes: notes.trim() || null },
    }),
  );
}

function sourceOf(run: string, what: Registrable) {
  return what.kind === "logged-model"
    ? { logged_model_id: what.id }
    : { source: `runs:/${run}/${what.path}` };
}

async function findModel(project: string, name: string): Promise<string | null> {
  const params = { path: { model: name }, query: { project } };
  try {
    return (await unwrap(api.GET("/api/registry/models/{model}", { params }))).id;
  } catch (error) {
    if (toApiError(error).isMissing) return null;
    throw error;
  }
}

async function makeModel(project: string, name: string): Promise<string> {
  const params = { query: { project }, header: writeHeaders() };
  return (await unwrap(api.POST("/api/registry/models", { params, body: { name } }))).id;
}
