import type { ListView } from "@/lib/list-view";
import { flag, list, oneOf, text } from "@/lib/url-state";

/** What the address of a list of runs says. */
export interface RunListView extends Omit<ListView, "project"> {
  columns?: string[];
  /** Columns that stay in view while the others scroll sideways. */
  pinned?: string[];
  /** A param, tag or attribute by which runs are put together. */
  group?: string;
  /** Ids of the selected runs, where they are few. */
  sel?: string[];
  /** The runs that were put aside, instead of those in use. */
  archived?: true;
}

/** The same as search parameters. */
export const RUN_LIST_SEARCH = {
  filter: text(),
  sort: text(),
  order: oneOf(["asc", "desc"]),
  columns: list(),
  pinned: list(),
  group: text(),
  sel: list(),
  archived: flag(),
};

/** What a saved view keeps; opening one says of each parameter what it is, or that it is not there. */
export function keptOf({ filter, sort, order, columns, pinned, group, archived }: RunListView) {
  return { filter, sort, order, columns, pinned, group, archived };
}
