import { queryOptions } from "@tanstack/react-query";
import { asOfKey, asOfOptions, asOfParam } from "@/api/as-of";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { ArtifactPreview, ArtifactProvenance, VersionArtifact } from "@/api/types";
import type { AsOf } from "@/lib/as-of";
import { apiBase } from "@/lib/root";

/** What has files: a run, a logged model, or a version of a model. */
export type Folder =
  | { kind: "run"; id: string }
  | { kind: "logged-model"; id: string }
  | { kind: "version"; model: string; number: number; project?: string };

/** A file or directory. What only versions know of a file is missing for others. */
export interface Entry {
  path: string;
  is_directory: boolean;
  size_bytes: number | null;
  sha256: string | null;
  type?: VersionArtifact["type"];
  /** What the MLmodel file calls it, by flavor. */
  metadata?: VersionArtifact["metadata"];
}

export interface Directory {
  items: Entry[];
  total: number;
}

/** How many entries of a directory are read at once. */
export const DIRECTORY_PAGE = 500;

/** A word for a folder that no other one has. */
export function folderKey(folder: Folder): string {
  return folder.kind === "version"
    ? `version ${folder.model} ${folder.number} ${folder.project ?? ""}`
    : `${folder.kind} ${folder.id}`;
}

interface FileQuery {
  path: string;
  as_of?: string;
}

interface DirectoryQuery extends FileQuery {
  limit: number;
  offset: number;
}

/** How the parts of a folder are asked for. */
interface Reader {
  directory: (query: DirectoryQuery, signal: AbortSignal) => Promise<Directory>;
  preview: (query: FileQuery, signal: AbortSignal) => Promise<ArtifactPreview>;
  provenance: (query: FileQuery, signal: AbortSignal) => Promise<ArtifactProvenance>;
}

function readerOf(folder: Folder): Reader {
  switch (folder.kind) {
    case "run":
      return runReader({ id: folder.id });
    case "logged-model":
      return loggedModelReader({ id: folder.id });
    case "version":
      return versionReader({ model: folder.model, number: folder.number }, folder.project);
  }
}

function runReader(path: { id: string }): Reader {
  return {
    directory: (query, signal) =>
      unwrap(api.GET("/api/runs/{id}/artifacts", { params: { path, query }, signal })),
    preview: (query, signal) =>
      unwrap(api.GET("/api/runs/{id}/artifact-preview", { params: { path, query }, signal })),
    provenance: (query, signal) =>
      unwrap(api.GET("/api/runs/{id}/artifact-provenance", { params: { path, query }, signal })),
  };
}

function loggedModelReader(path: { id: string }): Reader {
  const root = "/api/logged-models/{id}";
  return {
    directory: (query, signal) => unwrap(api.GET(`${root}/artifacts`, { params: { path, query }, signal })),
    preview: (query, signal) =>
      unwrap(api.GET(`${root}/artifact-preview`, { params: { path, query }, signal })),
    provenance: (query, signal) =>
      unwrap(api.GET(`${root}/artifact-provenance`, { params: { path, query }, signal })),
  };
}

function versionReader(path: { model: string; number: number }, project: string | undefined): Reader {
  const root = "/api/registry/models/{model}/versions/{number}";
  return {
    directory: (query, signal) =>
      unwrap(api.GET(`${root}/artifacts`, { params: { path, query: { ...query, project } }, signal })),
    preview: (query, signal) =>
      unwrap(api.GET(`${root}/artifact-preview`, { params: { path, query: { ...query, project } }, signal })),
    provenance: (query, signal) =>
      unwrap(
        api.GET(`${root}/artifact-provenance`, { params: { path, query: { ...query, project } }, signal }),
      ),
  };
}

/** The first `pages` pages of a directory. */
export const directoryQuery = (folder: Folder, at: AsOf, path: string, pages: number) =>
  queryOptions({
    queryKey: keyOf(folder, at, "directory", { path, pages }),
    ...asOfOptions(at),
    queryFn: async ({ signal }): Promise<Directory> => {
      const offsets = Array.from({ length: pages }, (_, page) => page * DIRECTORY_PAGE);
      const read = (offset: number) =>
        readerOf(folder).directory({ path, limit: DIRECTORY_PAGE, offset, ...asOfParam(at) }, signal);
      const found = await Promise.all(offsets.map(read));
      return { items: found.flatMap(({ items }) => items), total: found[0]?.total ?? 0 };
    },
  });

export const previewQuery = (folder: Folder, at: AsOf, path: string) =>
  queryOptions({
    queryKey: keyOf(folder, at, "preview", { path }),
    ...asOfOptions(at),
    queryFn: ({ signal }) => readerOf(folder).preview({ path, ...asOfParam(at) }, signal),
  });

export const provenanceQuery = (folder: Folder, at: AsOf, path: string) =>
  queryOptions({
    queryKey: keyOf(folder, at, "provenance", { path }),
    ...asOfOptions(at),
    queryFn: ({ signal }) => readerOf(folder).provenance({ path, ...asOfParam(at) }, signal),
  });

/** Where a file is downloaded, and where an image is shown from. */
export function fileUrl(folder: Folder, at: AsOf, path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const query = new URLSearchParams(asOfParam(at));
  if (folder.kind === "version" && folder.project !== undefined) query.set("project", folder.project);
  return `${apiBase}${rootOf(folder)}/artifacts/${encoded}${query.size > 0 ? `?${query}` : ""}`;
}

function rootOf(folder: Folder): string {
  if (folder.kind === "version")
    return `/api/registry/models/${encodeURIComponent(folder.model)}/versions/${folder.number}`;
  return `/api/${folder.kind === "run" ? "runs" : "logged-models"}/${encodeURIComponent(folder.id)}`;
}

function keyOf(folder: Folder, at: AsOf, part: string, query: object) {
  if (folder.kind === "version")
    return asOfKey(
      at,
      queryKeys.registry.version(folder.model, folder.number, part, { project: folder.project, ...query }),
    );
  return asOfKey(at, queryKeys.artifacts.part(folder.kind, folder.id, part, query));
}
