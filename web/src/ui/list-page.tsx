import type { UseQueryOptions } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { filterError } from "@/api/list-filter";
import { usePagedRows } from "@/api/paged-rows";
import type { Page } from "@/api/types";
import type { ListView } from "@/lib/list-view";
import { formatInteger } from "@/lib/numbers";
import { CompletingField } from "./completing-field";
import type { Column } from "./data-table/columns";
import { DataTable } from "./data-table/data-table";
import { NewerPill } from "./data-table/newer-pill";
import { completionAt, type FilterCompletion } from "./filter-completion";
import { ListError } from "./list-error";
import styles from "./list-page.module.css";
import { FillPage } from "./page";
import { type Crumb, PageHeader } from "./page-header";
import { Count } from "./pill";
import { useShortcuts } from "./shortcuts";
import { EmptyState, Late, Skeleton } from "./states";
import { Toolbar } from "./toolbar";
import { useOpen } from "./use-open";

interface Props<T extends { id: string; name: string }, P extends Page<T>, Key extends readonly unknown[]> {
  /** The page's name; the things it lists, if that is another: "Registry" of "Models". */
  name: string;
  things?: string;
  /** Pages above this one. */
  above?: readonly Crumb[];
  /** Beside the page's name: what else can be done, or where else one may want to look. */
  actions?: ReactNode;
  /** An example of a filter. */
  placeholder: string;
  /** What completes the filter. */
  completion: FilterCompletion;
  columns: readonly Column<T>[];
  view: ListView;
  onView: (change: Partial<ListView>) => void;
  /** The query of the page that begins at an offset. */
  pageQuery: (offset: number) => UseQueryOptions<P, Error, P, Key>;
  /** Where a row leads. */
  pageOf: (row: T) => NavigateOptions;
  /** Above the list: what has to be said first. */
  notice?: ReactNode;
  /** Shown when there is nothing yet, whatever the filter: how to make the first one. */
  first: ReactNode;
}

/** A page that is one list: its name and count, a filter, the table, and what stands there while it is empty. */
export function ListPage<
  T extends { id: string; name: string },
  P extends Page<T>,
  Key extends readonly unknown[],
>({
  name,
  things = name,
  above,
  actions,
  placeholder,
  completion,
  columns,
  view,
  onView,
  pageQuery,
  pageOf,
  notice,
  first,
}: Props<T, P, Key>) {
  const open = useOpen();
  const [atTop, setAtTop] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const rows = usePagedRows({
    pageQuery,
    held: !atTop,
    identity: view.project ?? "",
    idOf: (row: T) => row.id,
  });
  useShortcuts(
    useMemo(
      () => [{ keys: "f", does: "Filter the list", group: "List", run: () => field.current?.focus() }],
      [],
    ),
  );
  const spoken = things.toLowerCase();
  const isPast = view.at !== undefined;
  return (
    <FillPage>
      <PageHeader
        name={name}
        title={name}
        above={above}
        actions={actions}
        aside={
          rows.total !== undefined && (
            <Count>{`${rows.totalExact ? "" : "≥ "}${formatInteger(rows.total)}`}</Count>
          )
        }
      />
      {notice}
      <Toolbar label={things}>
        <CompletingField
          fieldRef={field}
          label={`Filter ${spoken}`}
          placeholder={placeholder}
          completion={completionAt(completion, view.at)}
          value={view.filter ?? ""}
          error={filterError(rows.error)}
          onChange={(filter) => onView({ filter: filter || undefined })}
        />
      </Toolbar>
      {rows.error ? (
        <ListError what={things} error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={9} />
        </Late>
      ) : rows.total === 0 && !view.filter ? (
        <EmptyState title={isPast ? `No ${spoken} at that moment` : `No ${spoken} yet`}>
          {!isPast && first}
        </EmptyState>
      ) : (
        <div className={styles.list}>
          {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
          <DataTable
            label={things}
            primary
            columns={columns}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(row) => row.id}
            nameOf={(row) => row.name}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            sort={{ by: view.sort ?? "created_at", order: view.order ?? "desc" }}
            onSort={({ by, order }) => onView({ sort: by, order })}
            onOpen={(row, inNewTab) => open(pageOf(row), inNewTab)}
            empty={
              <EmptyState title={`No ${spoken} match`}>
                Nothing in this project matches “{view.filter}”.
              </EmptyState>
            }
          />
        </div>
      )}
    </FillPage>
  );
}
