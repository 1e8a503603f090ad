import { toApiError } from "./errors";

/** A sign of comparison, or a word for one before what it compares with: plain names hold such words too. */
const COMPARISON = /[=<>]|\s(i?like\s+['"]|in\s*\(|is\s+(not\s+)?null\b)/i;

/** A text with a comparison is a filter of the grammar; any other is searched for as it stands. */
export function filterQuery(text: string | undefined): { filter?: string; q?: string } {
  const typed = text?.trim();
  if (!typed) return {};
  return COMPARISON.test(typed) ? { filter: typed } : { q: typed };
}

/** What is wrong with the filter that a list was asked for; null: it was understood. */
export function filterError(error: Error | null): string | null {
  return error && toApiError(error).status === 422 ? toApiError(error).message : null;
}
