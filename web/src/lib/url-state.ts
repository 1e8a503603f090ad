/**
 * Search parameters as flat, readable text: `?columns=metrics.acc,params.lr&sort=created_at`.
 *
 * A codec reads both the text of an address and a value that is already decoded, because the router validates either.
 */
export interface Codec<T> {
  /** `undefined`: not there or not understood. */
  decode(raw: unknown): T | undefined;
  encode(value: T): string;
}

type Shape = Record<string, Codec<unknown>>;
type Values<S extends Shape> = { [K in keyof S]?: S[K] extends Codec<infer T> ? T : never };

/** Any text that is not empty. */
export function text(): Codec<string> {
  return {
    decode: (raw) => (typeof raw === "string" && raw !== "" ? raw : undefined),
    encode: (value) => value,
  };
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(words: readonly T[]): Codec<T> {
  return { decode: (raw) => words.find((word) => word === raw), encode: (value) => value };
}

/** A finite number. */
export function number(): Codec<number> {
  return {
    decode: (raw) => {
      if (raw === "" || (typeof raw !== "string" && typeof raw !== "number")) return undefined;
      const value = Number(raw);
      return Number.isFinite(value) ? value : undefined;
    },
    encode: String,
  };
}

/** A switch that is off unless it is there. */
export function flag(): Codec<true> {
  return { decode: (raw) => (raw === "1" || raw === true ? true : undefined), encode: () => "1" };
}

const EMPTY_LIST = "~";

/** Texts joined by commas; `~` is the empty list, so that "none" can be told from "the default". */
export function list(): Codec<string[]> {
  const escapeItem = (item: string) =>
    item.replace(/[%,~]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  const unescapeItem = (item: string) =>
    item.replace(/%(25|2c|7e)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return {
    decode: (raw) => {
      if (Array.isArray(raw)) return raw.filter((item) => typeof item === "string");
      if (typeof raw !== "string") return undefined;
      return raw === EMPTY_LIST ? [] : raw.split(",").map(unescapeItem);
    },
    encode: (items) => (items.length === 0 ? EMPTY_LIST : items.map(escapeItem).join(",")),
  };
}

/**
 * A route's search schema: give it to `validateSearch`. Unknown names are dropped, unreadable values fall away.
 */
export function searchSchema<S extends Shape>(shape: S): (raw: Record<string, unknown>) => Values<S> {
  return (raw) => {
    const values: Record<string, unknown> = {};
    for (const [name, codec] of Object.entries(shape)) {
      const value = codec.decode(raw[name]);
      if (value !== undefined) values[name] = value;
    }
    return values as Values<S>;
  };
}

/** The address's search text → raw texts by name. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Values by name → search text with its question mark, or nothing. */
export function stringifySearch(values: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    query.set(name, encodeValue(value));
  }
  const written = query
    .toString()
    .replace(/%2C/g, ",")
    .replace(/%3A/g, ":")
    .replace(/%7E/g, "~")
    .replace(/%2F/g, "/");
  return written === "" ? "" : `?${written}`;
}

function encodeValue(value: unknown): string {
  if (Array.isArray(value)) return list().encode(value.map(String));
  return value === true ? flag().encode(true) : String(value);
}
