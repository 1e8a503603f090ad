import type { ReactNode } from "react";

/** How a cell is changed in place. */
export interface CellEdit<T> {
  kind: "text" | "number" | "choice";
  /** What a choice is made from. */
  options?: readonly string[];
  can: (row: T) => boolean;
  /** What stands in the field at first. */
  value: (row: T) => string;
  /** What is wrong with a text; null: nothing. */
  check: (text: string) => string | null;
  commit: (row: T, text: string) => void;
  /** The cell was left with a text that is not right; it shows its old value again. */
  refuse: (row: T, text: string, why: string) => void;
}

/** What can be done with one row: an entry of its menu. */
export interface RowAction {
  label: string;
  run: () => void;
  danger?: boolean;
  /** Why it cannot be done now. */
  disabled?: string | null;
  /** The key that does the same. */
  keys?: string;
}

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
  /** What it shows is never wider than the column. To cut off a text costs drawing time, in each row. */
  fits?: boolean;
  /** The name under which the server sorts by it; absent: it cannot. */
  sort?: string;
  /** Cannot be hidden. */
  fixed?: boolean;
  /** Stays where it is while the others scroll sideways; such columns stand before all others. */
  pinned?: boolean;
  /** Where it goes in a phone's two-line row; absent: left out. */
  phone?: "title" | "status" | "meta";
  cell: (row: T) => ReactNode;
  /** Absent: it cannot be changed in place. */
  edit?: CellEdit<T>;
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

/** What keeps a cell of a pinned column in its place: how far from the left edge, the table says. */
export function pinnedAt<T>(columns: readonly Column<T>[], place: number) {
  if (!columns[place]?.pinned) return {};
  return {
    "data-pinned": columns[place + 1]?.pinned ? "" : "last",
    style: { left: `var(--pin-${place})` },
  };
}
