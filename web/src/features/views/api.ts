import { queryOptions } from "@tanstack/react-query";
import { api, unwrap, writeHeaders } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import type { SavedView, ViewPage } from "@/api/types";

/** Search parameters of a page as a view keeps them: those that are there. */
export type Parameters = Record<string, unknown>;

/** Which page, and of which entity. */
export interface Place {
  page: ViewPage;
  about?: string;
  project?: string;
}

export const savedViewsQuery = (place: Place) =>
  queryOptions({
    queryKey: queryKeys.savedViews.list(place),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/saved-views", {
          params: {
            query: { of: place.page, about: place.about, project: place.project, sort: "name", limit: 200 },
          },
          signal,
        }),
      ),
  });

export interface NewView {
  name: string;
  parameters: Parameters;
  visibility: SavedView["visibility"];
  about: string | undefined;
}

export function saveView({ page, project }: Place, view: NewView): Promise<SavedView> {
  return unwrap(
    api.POST("/api/saved-views", {
      params: { query: { project }, header: writeHeaders() },
      body: { ...view, page },
    }),
  );
}

export function changeView(
  { id, version }: SavedView,
  changes: Partial<Pick<SavedView, "name" | "parameters" | "visibility">>,
): Promise<SavedView> {
  return unwrap(
    api.PATCH("/api/saved-views/{id}", {
      params: { path: { id }, header: writeHeaders(version) },
      body: changes,
    }),
  );
}

export async function deleteView({ id, version }: SavedView): Promise<void> {
  const answer = await api.DELETE("/api/saved-views/{id}", {
    params: { path: { id }, header: writeHeaders(version) },
  });
  if (!answer.response.ok) await unwrap(Promise.resolve(answer));
}
