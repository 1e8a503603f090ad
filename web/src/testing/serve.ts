import { onTestFinished } from "vitest";

/** A request as a test sees it. */
export interface Asked {
  method: string;
  path: string;
  /** Parts of the path that the route names: `{id}`. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Answer = Response | object | Promise<Response | object>;
type Routes = Record<string, (asked: Asked) => Answer>;

/** What was asked for, in order. */
export interface Served {
  asked: Asked[];
  /** Requests of a route such as `GET /api/runs/{id}`. */
  of: (route: string) => Asked[];
}

/**
 * Answer the API's requests in place of a server until the test ends.
 *
 * A request that no route answers is refused with 501, which every page shows.
 */
export function serve(routes: Routes): Served {
  const original = globalThis.fetch;
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  const asked: (Asked & { route: string })[] = [];
  const patterns = Object.entries(routes).map(([route, answer]) => ({
    route,
    answer,
    match: matcher(route),
  }));
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    for (const { route, answer, match } of patterns) {
      const params = match(request.method, pathname);
      if (!params) continue;
      const text = await request.text();
      const found: Asked = {
        method: request.method,
        path: pathname,
        params,
        query: searchParams,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      asked.push({ ...found, route });
      const answered = await answer(found);
      return answered instanceof Response ? answered : Response.json(answered);
    }
    return failure(501, "NOT_SERVED", `This test does not answer ${request.method} ${pathname}.`);
  };
  return { asked, of: (route) => asked.filter((one) => one.route === route) };
}

function matcher(route: string): (method: string, path: string) => Record<string, string> | null {
  const [wanted, pattern] = route.split(" ") as [string, string];
  const expression = new RegExp(`^${pattern.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
  return (method, path) => {
    const match = method === wanted ? expression.exec(path) : null;
    return match && { ...match.groups };
  };
}

/** A failure in the server's envelope. */
export function failure(status: number, type: string, message: string, details: object = {}): Response {
  return Response.json({ error: { type, message, details, request_id: "req1" } }, { status });
}

/** A page of a list. */
export function pageOf<T>(items: readonly T[], total = items.length): object {
  return { items, total, total_exact: true, next_cursor: null };
}

/** A bare array, with how many there are in all in its header. */
export function rowsOf<T>(items: readonly T[], total = items.length): Response {
  return Response.json(items, { headers: { "x-total-count": String(total) } });
}
