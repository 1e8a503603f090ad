import type { ApiError } from "@/api/errors";

/** What is wrong with each row of a bulk request, by its place: from paths such as `update.3.replicas`. */
export function rowProblems(error: ApiError | null, group: "update" | "delete"): Map<number, string> {
  const found = new Map<number, string>();
  for (const { path, message } of error?.problems ?? []) {
    const [of, index] = path.replace(/^body\./, "").split(".");
    if (of !== group || !/^\d+$/.test(index ?? "")) continue;
    const row = Number(index);
    found.set(row, found.has(row) ? `${found.get(row)}; ${message}` : message);
  }
  return found;
}
