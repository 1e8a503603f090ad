import type { ReactNode } from "react";

/** One column of a table. */
export interface Column<T> {
  id: string;
  header: string;
  /** Smallest width, in pixels. */
  width: number;
  /** Share of the room that is left over; 0: the column keeps its width. */
  grow?: number;
  /** Numbers stand right. */
  align?: "left" | "right";
  /** The name under which the server sorts by it; absent: it cannot. */
  sort?: string;
  /** Cannot be hidden. */
  fixed?: boolean;
  /** Where it goes in a phone's two-line row; absent: left out. */
  phone?: "title" | "status" | "meta";
  cell: (row: T) => ReactNode;
}

export interface Sort {
  by: string;
  order: "asc" | "desc";
}

/** The order after a click on a header: descending first for another column, then turned round. */
export function nextSort(old: Sort | null, by: string): Sort {
  if (old?.by !== by) return { by, order: "desc" };
  return { by, order: old.order === "desc" ? "asc" : "desc" };
}

/** What `aria-sort` says of a column. */
export function ariaSort<T>(
  column: Column<T>,
  sort: Sort | null,
): "ascending" | "descending" | "none" | undefined {
  if (!column.sort) return undefined;
  if (sort?.by !== column.sort) return "none";
  return sort.order === "asc" ? "ascending" : "descending";
}

/** The rows from one to the other, both included, whichever comes first. */
export function between(a: number, b: number): number[] {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return Array.from({ length: high - low + 1 }, (_, offset) => low + offset);
}
