import { memo } from "react";
import { cx } from "../class-names";
import { type AfterEdit, CellEditor } from "./cell-editor";
import { type Column, pinnedAt, type RowAction } from "./columns";
import styles from "./data-table.module.css";
import { RowMenu } from "./row-menu";
import { useSwipe } from "./use-swipe";

export interface RowProps<T> {
  index: number;
  /** Of the row that stands there now. */
  id: string;
  /** `undefined`: on its way. */
  row: T | undefined;
  columns: readonly Column<T>[];
  virtual: boolean;
  /** The one row that the tab key stops at. */
  tabbable: boolean;
  selected: boolean;
  /** The address points at it. */
  marked: boolean;
  selectable: boolean;
  name: string;
  /** The column whose cell is being edited. */
  editing: string | null;
  isPending?: (row: T, column: string) => boolean;
  actions?: (row: T) => readonly RowAction[];
  onSelect: (index: number, range: boolean) => void;
  onEdited: (index: number, column: string, after: AfterEdit) => void;
  onMenu: (index: number) => void;
}

/** Attributes that both forms of a row have; what is done with a row the table hears, not each row. */
function shared<T>(props: RowProps<T>) {
  const { index, virtual, tabbable, selected, marked, selectable } = props;
  return {
    "data-index": index,
    "aria-rowindex": virtual ? index + 2 : undefined,
    "aria-selected": virtual && selectable ? selected : undefined,
    "data-selected": selected || undefined,
    "data-marked": marked || undefined,
    "data-editing": props.editing !== null || undefined,
    "aria-current": marked || undefined,
    tabIndex: tabbable ? 0 : -1,
  };
}

function Check<T>({ index, name, selected, onSelect, columns }: RowProps<T>) {
  return (
    <td className={styles.check} data-pinned={columns[0]?.pinned ? "" : undefined}>
      <input
        type="checkbox"
        aria-label={`Select ${name}`}
        checked={selected}
        onChange={(event) => onSelect(index, (event.nativeEvent as MouseEvent).shiftKey === true)}
        tabIndex={-1}
      />
    </td>
  );
}

function DataRowPlain<T>(props: RowProps<T>) {
  const { row, columns, selectable, actions, name } = props;
  return (
    <tr className={styles.row} {...shared(props)}>
      {selectable && <Check {...props} />}
      {row === undefined ? (
        <td className={styles.whole}>
          <span className={styles.loading} />
        </td>
      ) : (
        <>
          {columns.map((column, place) => dataCell(props, row, column, place))}
          {actions && (
            <td className={styles.actions}>
              <RowMenu key={props.id} row={row} name={name} actions={actions} />
            </td>
          )}
        </>
      )}
    </tr>
  );
}

/** A function and no component: a table has hundreds, each of which React would keep account of. */
function dataCell<T>(
  { id, index, name, columns, editing, isPending, onEdited }: RowProps<T>,
  row: T,
  column: Column<T>,
  place: number,
) {
  const { edit } = column;
  const className = cx(column.align === "right" && styles.right, column.fits && styles.fits) || undefined;
  const pending = isPending?.(row, column.id) || undefined;
  if (!edit?.can(row))
    return (
      <td key={column.id} className={className} data-pending={pending} {...pinnedAt(columns, place)}>
        {column.cell(row)}
      </td>
    );
  const isEdited = editing === column.id;
  return (
    <td
      key={column.id}
      className={className}
      data-pending={pending}
      {...pinnedAt(columns, place)}
      data-edit={column.id}
      data-editing={isEdited || undefined}
      tabIndex={-1}
    >
      {isEdited ? (
        <CellEditor
          key={id}
          label={`${column.header} of ${name}`}
          row={row}
          edit={edit}
          onDone={(after) => onEdited(index, column.id, after)}
        />
      ) : (
        column.cell(row)
      )}
    </td>
  );
}

function PhoneRowPlain<T>(props: RowProps<T>) {
  const { row, columns, selectable, actions, index, name } = props;
  const of = (place: Column<T>["phone"]) => columns.filter((column) => column.phone === place);
  const select = selectable ? () => props.onSelect(index, false) : undefined;
  const swipe = useSwipe({
    onLeft: actions && (() => props.onMenu(index)),
    onRight: select,
    onLongPress: select,
  });
  const pending = row !== undefined && columns.some(({ id }) => props.isPending?.(row, id));
  return (
    <tr className={cx(styles.row, styles.phone)} {...shared(props)} {...swipe}>
      {selectable && <Check {...props} />}
      <td data-pending={pending || undefined}>
        {row === undefined ? (
          <span className={styles.loading} />
        ) : (
          <>
            <div className={styles.first}>
              {of("title").map((column) => (
                <span key={column.id} className={styles.name}>
                  {column.cell(row)}
                </span>
              ))}
              {of("status").map((column) => (
                <span key={column.id}>{column.cell(row)}</span>
              ))}
            </div>
            <div className={styles.second}>
              {of("meta").map((column) => (
                <span key={column.id}>
                  {column.header} {column.cell(row)}
                </span>
              ))}
            </div>
          </>
        )}
      </td>
      {actions && (
        <td className={styles.actions}>
          {row !== undefined && <RowMenu key={props.id} row={row} name={name} actions={actions} />}
        </td>
      )}
    </tr>
  );
}

export const DataRow = memo(DataRowPlain) as typeof DataRowPlain;
export const PhoneRow = memo(PhoneRowPlain) as typeof PhoneRowPlain;
