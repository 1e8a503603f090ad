/**
 * Where the Studio is mounted, and where its API is. The server writes the path into `<meta name="studio-root">` (and
 * `<base href>`), so the same build works at `/` and under `STUDIO_ROOT_PATH`; `<meta name="studio-api">` holds the
 * API's address where it is another one (`STUDIO_API_BASE_URL`).
 */
function meta(name: string): string {
  if (typeof document === "undefined") return "";
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

/** `studio`, `/studio`, `/studio/` → `/studio/`; empty → `/`. */
export function normalizeRoot(path: string): string {
  const inner = path.replace(/^\/+|\/+$/g, "");
  return inner === "" ? "/" : `/${inner}/`;
}

/** The mount path of the pages, with a slash at both ends. */
export const studioRoot = normalizeRoot(meta("studio-root"));

/** The path of a page below the mount point: `rootPath("/runs/8f3a")` → `/studio/runs/8f3a`. */
export function rootPath(path: string, root: string = studioRoot): string {
  return root + path.replace(/^\/+/, "");
}

/**
 * The base of the API's addresses, without a slash at the end; "" is this origin.
 *
 * Args:
 *   named: The API's own address, "" where it is that of the pages.
 *   root: The mount path of the pages.
 */
export function apiBaseOf(named: string, root: string): string {
  return (named || root).replace(/\/+$/, "");
}

export const apiBase = apiBaseOf(meta("studio-api"), studioRoot);

/** The full base URL that people paste into clients, without a slash at the end. */
export function publicUrl(): string {
  return new URL(`${apiBase}/`, location.origin).href.replace(/\/$/, "");
}

/** The address of something that the server itself answers by path, such as a served model. */
export function serverUrl(path: string): string {
  return new URL(path, new URL(`${apiBase}/`, location.origin)).href;
}

/** The address of a socket of this server. */
export function socketUrl(path: string): string {
  const url = new URL(apiBase + path, location.origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
