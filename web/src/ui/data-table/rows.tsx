import { memo } from "react";
import { cx } from "../class-names";
import type { Column } from "./columns";
import styles from "./data-table.module.css";

interface RowProps<T> {
  index: number;
  /** `undefined`: on its way. */
  row: T | undefined;
  columns: readonly Column<T>[];
  virtual: boolean;
  /** The one row that the tab key stops at. */
  tabbable: boolean;
  selected: boolean;
  selectable: boolean;
  name: string;
  onFocus: (index: number) => void;
  onOpen: (index: number, inNewTab: boolean) => void;
  onSelect: (index: number, range: boolean) => void;
}

/** Attributes that both forms of a row have. */
function shared<T>({ index, virtual, tabbable, selected, selectable, onFocus, onOpen }: RowProps<T>) {
  return {
    "data-index": index,
    "aria-rowindex": virtual ? index + 2 : undefined,
    "aria-selected": virtual && selectable ? selected : undefined,
    "data-selected": selected || undefined,
    tabIndex: tabbable ? 0 : -1,
    onFocus: () => onFocus(index),
    onDoubleClick: () => onOpen(index, false),
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
  const { row, columns, selectable } = props;
  return (
    <tr className={styles.row} {...shared(props)}>
      {selectable && <Check {...props} />}
      {columns.map((column) => (
        <td key={column.id} className={cx(column.align === "right" && styles.right)}>
          {row === undefined ? <span className={styles.loading} /> : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function PhoneRowPlain<T>(props: RowProps<T>) {
  const { row, columns, selectable } = props;
  const of = (place: Column<T>["phone"]) => columns.filter((column) => column.phone === place);
  return (
    <tr className={cx(styles.row, styles.phone)} {...shared(props)}>
      {selectable && <Check {...props} />}
      <td>
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
    </tr>
  );
}

export const DataRow = memo(DataRowPlain) as typeof DataRowPlain;
export const PhoneRow = memo(PhoneRowPlain) as typeof PhoneRowPlain;
