import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { cx } from "../class-names";
import { useLate } from "../use-late";
import { PHONE, useMedia } from "../use-media";
import { useWidth } from "../use-width";
import { ariaSort, type Column, nextSort, pinnedAt, type RowAction, type Sort } from "./columns";
import styles from "./data-table.module.css";
import { DataRow, PhoneRow } from "./rows";
import { useTableKeys } from "./use-table-keys";
import { useVisibleRows } from "./use-visible-rows";

/** From how many rows on only those in view are in the document. */
const VIRTUAL_FROM = 100;
const ROW_HEIGHT = 32;
const PHONE_ROW_HEIGHT = 56;
const HEAD_HEIGHT = 28;

export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

export interface DataTableProps<T> {
  /** What is listed: the table's accessible name. */
  label: string;
  columns: readonly Column<T>[];
  rowCount: number;
  /** `undefined`: on its way. */
  rowAt: (index: number) => T | undefined;
  idOf: (row: T) => string;
  /** What a row is called, for the name of its check box. */
  nameOf: (row: T) => string;
  /** Rows in view, both included: the moment to load them. */
  onRange?: (first: number, last: number) => void;
  onOpen?: (row: T, inNewTab: boolean) => void;
  selection?: Selection;
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  /** The page's main table: its keys work wherever the focus is. */
  primary?: boolean;
  /** Rows are those of an earlier query. */
  dimmed?: boolean;
  onTop?: (atTop: boolean) => void;
  /** The row that keys act on, as it changes. */
  onActive?: (row: T | undefined) => void;
  /** What can be done with a row: the menu at its end, which `.` and a swipe to the left open. */
  actions?: (row: T) => readonly RowAction[];
  /** Id of a row that the address points at. */
  marked?: string;
  /** Whether the value shown is not yet confirmed. */
  isPending?: (row: T, column: string) => boolean;
  /** Shown under the head when there are no rows. */
  empty?: ReactNode;
}

/**
 * A table of any length: a real `<table>`, whose rows out of view are two spacer rows.
 *
 * Keys: j k ↑ ↓ Home End (g g, shift G) move, Enter opens, o opens in a new tab, x selects (shift: a range), . opens the
 * row's menu; letters wherever the focus is, if it is the page's main table.
 * Where cells can be changed: ← → go to them, Enter edits, Escape gives it up.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, rowCount, rowAt, idOf, selection, sort = null } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const phone = useMedia(PHONE);
  const tableId = useId();
  const available = useWidth(scroller);
  const dimmed = useLate(props.dimmed === true);
  const selectable = selection !== undefined;
  const lead = (selectable ? CHECK_WIDTH : 0) + (props.actions ? ACTIONS_WIDTH : 0);
  const [active, setActive] = useState(-1);
  const virtual = rowCount > VIRTUAL_FROM;
  const rowHeight = phone ? PHONE_ROW_HEIGHT : ROW_HEIGHT;

  const { part, show, rowsInView } = useVisibleRows({
    scroller,
    rowCount,
    rowHeight,
    headHeight: phone ? 0 : HEAD_HEIGHT,
    all: !virtual,
    onTop: props.onTop,
  });
  const [from, behind] = part;
  const { onRange } = props;
  useEffect(() => onRange?.(from, Math.max(from, behind - 1)), [onRange, from, behind]);
  const { onActive } = props;
  const activeRow = active < 0 ? undefined : rowAt(active);
  useEffect(() => onActive?.(activeRow), [onActive, activeRow]);

  const keys = useTableKeys({
    ...props,
    active,
    setActive,
    show,
    rowElement: (index) => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null,
    rowsInView,
    part,
  });

  const needed = neededWidth(columns, lead);
  const wide = widths(columns, Math.max(0, available - needed));
  const tracks = [
    selectable && `${CHECK_WIDTH}px`,
    phone ? "minmax(0, 1fr)" : wide.map((width) => `${width}px`).join(" "),
    props.actions && `${ACTIONS_WIDTH}px`,
  ]
    .filter(Boolean)
    .join(" ");
  const before = from * rowHeight;
  const after = (rowCount - behind) * rowHeight;
  const allSelected = selection !== undefined && rowCount > 0 && selection.selected.size >= rowCount;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the rows inside bubble up to here
    <div
      ref={scroller}
      className={cx(styles.scroller, dimmed && styles.dimmed)}
      onKeyDown={(event: KeyboardEvent) => keys.onKeyDown(event)}
      onFocus={keys.onFocus}
      onClick={keys.onClick}
      onDoubleClick={keys.onDoubleClick}
      onAuxClick={keys.onAuxClick}
    >
      <table
        id={tableId}
        className={cx(styles.table, columns[0]?.pinned && styles.pins)}
        aria-label={label}
        aria-busy={props.dimmed || undefined}
        {...(virtual
          ? {
              role: "grid",
              "aria-rowcount": rowCount + 1,
              "aria-multiselectable": selection ? true : undefined,
            }
          : {})}
        style={
          {
            "--columns": tracks,
            "--row-height": `${rowHeight}px`,
            ...(phone ? {} : { minWidth: needed, ...placesOfPinned(columns, wide, selectable) }),
          } as CSSProperties
        }
      >
        <thead className={phone ? "sr-only" : styles.head}>
          <tr aria-rowindex={virtual ? 1 : undefined}>
            {selection && (
              <th scope="col" className={styles.check} data-pinned={columns[0]?.pinned ? "" : undefined}>
                <input
                  type="checkbox"
                  aria-label="Select all loaded rows"
                  checked={allSelected}
                  ref={(box) => {
                    if (box) box.indeterminate = !allSelected && selection.selected.size > 0;
                  }}
                  onChange={() =>
                    selection.onChange(selection.selected.size > 0 ? new Set() : loadedIds(props))
                  }
                />
              </th>
            )}
            {columns.map((column, place) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={ariaSort(column, sort)}
                className={cx(column.align === "right" && styles.right)}
                {...pinnedAt(columns, place)}
              >
                {column.sort && props.onSort ? (
                  <button
                    type="button"
                    className={styles.sort}
                    onClick={() => props.onSort?.(nextSort(sort, column.sort as string))}
                  >
                    {column.header}
                    {sort?.by === column.sort && (
                      <span aria-hidden="true">{sort.order === "asc" ? "↑" : "↓"}</span>
                    )}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            ))}
            {props.actions && (
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {Array.from({ length: behind - from }, (_, offset) => {
            const index = from + offset;
            const row = rowAt(index);
            const common = {
              index,
              id: row === undefined ? "" : idOf(row),
              row,
              columns,
              virtual,
              tabbable: index === Math.max(active, 0),
              selected: row !== undefined && selection?.selected.has(idOf(row)) === true,
              marked: row !== undefined && props.marked === idOf(row),
              selectable,
              name: row === undefined ? "" : props.nameOf(row),
              editing: keys.editing?.index === index ? keys.editing.column : null,
              isPending: props.isPending,
              actions: props.actions,
              onSelect: keys.select,
              onEdited: keys.edited,
              onMenu: keys.menu,
            };
            // By its place: another filter or order changes the texts of rows that are there, which costs half.
            const key = keys.editing?.index === index ? `edited ${keys.editing.id}` : index;
            return phone ? <PhoneRow key={key} {...common} /> : <DataRow key={key} {...common} />;
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
      {rowCount === 0 && props.empty}
    </div>
  );
}

const CHECK_WIDTH = 40;
const ACTIONS_WIDTH = 44;

/** What the columns take at least, with what stands before and behind them. */
function neededWidth<T>(columns: readonly Column<T>[], lead: number): number {
  return columns.reduce((sum, column) => sum + column.width, lead);
}

/** Each column has its own width; what is left, in pixels, is shared by those that grow, or else by all alike. */
function widths<T>(columns: readonly Column<T>[], left: number): number[] {
  const growths = columns.map(({ grow = 0 }) => grow);
  const shares = growths.some(Boolean) ? growths : columns.map(({ width }) => width);
  const sum = shares.reduce((a, b) => a + b, 0);
  return columns.map(({ width }, index) => width + (left * (shares[index] as number)) / sum);
}

/** How far from the left edge each pinned column stays, as properties that its cells read. */
function placesOfPinned<T>(columns: readonly Column<T>[], wide: readonly number[], selectable: boolean) {
  const places: Record<string, string> = {};
  let left = selectable ? CHECK_WIDTH : 0;
  for (const [place, column] of columns.entries()) {
    if (!column.pinned) break;
    places[`--pin-${place}`] = `${left}px`;
    left += wide[place] as number;
  }
  return places;
}

function Spacer({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without content or tab stop
    <tr aria-hidden="true" className={styles.spacer}>
      <td style={{ height }} />
    </tr>
  );
}

function loadedIds<T>({ rowCount, rowAt, idOf }: DataTableProps<T>): Set<string> {
  const ids = new Set<string>();
  for (let index = 0; index < rowCount; index += 1) {
    const row = rowAt(index);
    if (row !== undefined) ids.add(idOf(row));
  }
  return ids;
}
