/** One problem of a request that was refused as invalid. */
export interface Problem {
  path: string;
  message: string;
  value?: unknown;
  line?: number;
  column?: number;
  suggestion?: string;
}

interface Envelope {
  error: { type: string; message: string; details: Record<string, unknown>; request_id?: string };
}

/** What the server answered instead of the thing asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly type: string;
  readonly status: number;
  readonly details: Record<string, unknown>;
  readonly requestId: string | null;
  /** When it was received, in milliseconds since 1970. */
  readonly at: number;

  constructor(
    status: number,
    type: string,
    message: string,
    details: Record<string, unknown>,
    requestId: string | null,
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.details = details;
    this.requestId = requestId;
    this.at = Date.now();
  }

  get problems(): Problem[] {
    return Array.isArray(this.details.problems) ? (this.details.problems as Problem[]) : [];
  }

  get isDenied(): boolean {
    return this.status === 403;
  }

  get isMissing(): boolean {
    return this.status === 404;
  }

  /** Whether asking again without a change may help. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The server was not reached at all. */
export class NetworkError extends ApiError {
  constructor(cause: unknown) {
    super(0, "NETWORK_ERROR", "The server could not be reached.", {}, null);
    this.cause = cause;
  }
}

function isEnvelope(body: unknown): body is Envelope {
  const error = (body as Envelope | null)?.error;
  return typeof error === "object" && error !== null && typeof error.message === "string";
}

/** The error that an answer stands for, whoever wrote it (the Studio, or a proxy before it). */
export function errorFromResponse(response: Response, body: unknown): ApiError {
  const header = response.headers.get("x-request-id");
  if (isEnvelope(body)) {
    const { type, message, details, request_id } = body.error;
    return new ApiError(response.status, type ?? "UNKNOWN", message, details ?? {}, request_id ?? header);
  }
  const text = typeof body === "string" && body !== "" ? body.slice(0, 300) : response.statusText;
  return new ApiError(
    response.status,
    "UNKNOWN",
    text || `The server answered ${response.status}.`,
    {},
    header,
  );
}

/** Anything thrown while asking the server, as an `ApiError`. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError(0, "CLIENT_ERROR", String((error as Error)?.message ?? error), {}, null);
}
