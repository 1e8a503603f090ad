import type { AsOf } from "./as-of";

/** What the address of a list says. */
export interface ListView {
  project?: string;
  filter?: string;
  sort?: string;
  order?: "asc" | "desc";
  at?: AsOf;
}
