import { memo, type ReactNode } from "react";
import { cx } from "../class-names";
import { type AfterEdit, CellEditor } from "./cell-editor";
import type { Column, RowAction } from "./columns";
import styles from "./data-table.module.css";
import { RowMenu } from "./row-menu";
import { useSwipe } from "./use-swipe";

export interface RowProps<T> {
  index: number;
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
  onFocus: (index: number) => void;
  onOpen: (index: number, inNewTab: boolean) => void;
  onSelect: (index: number, range: boolean) => void;
  onEdit: (index: number, column: string) => void;
  onEdited: (index: number, column: string, after: AfterEdit) => void;
  onMenu: (index: number) => void;
}

/** Attributes that both forms of a row have. */
function shared<T>(props: RowProps<T>) {
  const { index, virtual, tabbable, selected, marked, selectable, onFocus, onOpen } = props;
  return {
    "data-index": index,
    "aria-rowindex": virtual ? index + 2 : undefined,
    "aria-selected": virtual && selectable ? selected : undefined,
    "data-selected": selected || undefined,
    "data-marked": marked || undefined,
    "aria-current": marked || undefined,
    tabIndex: tabbable ? 0 : -1,
    onFocus: () => onFocus(index),
    onDoubleClick: (event: React.MouseEvent) => {
      if (!(event.target as Element).closest("[data-edit], button, input")) onOpen(index, false);
    },
    onAuxClick: (event: React.MouseEvent) => {
      if (event.button === 1 && !(event.target as Element).closest("a")) onOpen(index, true);
    },
  };
}

function Check<T>({ index, name, selected, onSelect }: RowProps<T>) {
  return (
    <td className={styles.check}>
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
        <td colSpan={columns.length + (actions ? 1 : 0)}>
          <span className={styles.loading} />
        </td>
      ) : (
        <>
          {columns.map((column) => (
            <DataCell key={column.id} {...props} row={row} column={column} />
          ))}
          {actions && (
            <td className={styles.actions}>
              <RowMenu row={row} name={name} actions={actions} />
            </td>
          )}
        </>
      )}
    </tr>
  );
}

interface CellProps<T> extends RowProps<T> {
  row: T;
  column: Column<T>;
}

function DataCell<T>({ row, column, index, name, editing, isPending, onEdit, onEdited }: CellProps<T>) {
  const { edit } = column;
  const className = cx(column.align === "right" && styles.right);
  const pending = isPending?.(row, column.id) || undefined;
  const content: ReactNode = column.cell(row);
  if (!edit?.can(row))
    return (
      <td className={className} data-pending={pending}>
        {content}
      </td>
    );
  const isEdited = editing === column.id;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table's keys edit the cell that has the focus
    <td
      className={className}
      data-pending={pending}
      data-edit={column.id}
      data-editing={isEdited || undefined}
      tabIndex={-1}
      onClick={(event) => {
        const inside = (event.target as Element).closest("a, [data-editor]");
        if (!isEdited && !inside && event.detail < 2 && !event.shiftKey) onEdit(index, column.id);
      }}
    >
      {isEdited ? (
        <CellEditor
          label={`${column.header} of ${name}`}
          row={row}
          edit={edit}
          onDone={(after) => onEdited(index, column.id, after)}
        />
      ) : (
        content
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
          {row !== undefined && <RowMenu row={row} name={name} actions={actions} />}
        </td>
      )}
    </tr>
  );
}

export const DataRow = memo(DataRowPlain) as typeof DataRowPlain;
export const PhoneRow = memo(PhoneRowPlain) as typeof PhoneRowPlain;
