import createClient from "openapi-fetch";
import { apiBase } from "@/lib/root";
import { READ_ONLY } from "./as-of";
import { ApiError, errorFromResponse, NetworkError } from "./errors";
import type { paths } from "./schema.gen";
import type { Page, Whole } from "./types";

/** The typed client of this server's API; every path is one of the OpenAPI document. */
export const api = createClient<paths>({
  baseUrl: apiBase,
  // The cookie belongs to the API, whichever address it has.
  credentials: "include",
  fetch: (request) => globalThis.fetch(request),
});

/** What is sent by POST and changes nothing of what is shown: signing in and out, and a question too long for an address. */
const HARMLESS = ["/api/auth/", "/api/runs/compare"];

/** Whether a request may change something. */
function isWrite({ method, url }: Request): boolean {
  const { pathname } = new URL(url);
  return !["GET", "HEAD"].includes(method) && !HARMLESS.some((path) => pathname.includes(path));
}

/** A page that shows the past writes nothing, whichever button was forgotten. */
api.use({
  onRequest: ({ request }) => {
    if (isWrite(request) && new URLSearchParams(location.search).has("at"))
      throw new ApiError(0, "READ_ONLY", READ_ONLY, {}, null);
    return undefined;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The body of a good answer.
 *
 * Raises: ApiError for any other answer, NetworkError when there was none; an aborted request stays an AbortError.
 */
export async function unwrap<T>(asking: Promise<Answer<T>>): Promise<Whole<T>> {
  let answer: Answer<T>;
  try {
    answer = await asking;
  } catch (error) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === "AbortError"))
      throw error;
    throw new NetworkError(error);
  }
  if (!answer.response.ok) throw errorFromResponse(answer.response, answer.error);
  return answer.data as Whole<T>;
}

/**
 * The rows of a bare array whose whole length stands in `X-Total-Count`, as a page.
 *
 * Raises: as `unwrap`.
 */
export async function unwrapRows<T>(asking: Promise<Answer<T[]>>): Promise<Page<Whole<T>>> {
  let total = 0;
  const counted = asking.then((answer) => {
    total = Number(answer.response.headers.get("x-total-count") ?? answer.data?.length ?? 0);
    return answer;
  });
  const items = (await unwrap(counted)) as Whole<T>[];
  return { items, total, total_exact: true, next_cursor: null };
}

/** Headers of a write. */
export interface WriteHeaders {
  "if-match"?: string;
  "idempotency-key": string;
}

/**
 * Headers of one intention of the user: what it was based on, and the key that makes a repeat harmless. Make them once
 * per click, not per try.
 */
export function writeHeaders(version?: number): WriteHeaders {
  return {
    ...(version === undefined ? {} : { "if-match": `"${version}"` }),
    "idempotency-key": idempotencyKey(),
  };
}

function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
