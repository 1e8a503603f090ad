import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type Shortcut, useShortcuts } from "../shortcuts";
import type { AfterEdit } from "./cell-editor";
import { between } from "./columns";
import type { DataTableProps } from "./data-table";
import type { Part } from "./use-visible-rows";

interface Options<T> extends DataTableProps<T> {
  active: number;
  setActive: (index: number) => void;
  /** Bring a row into view. */
  show: (index: number) => void;
  rowElement: (index: number) => HTMLElement | null;
  /** How many rows fit into the view. */
  rowsInView: () => number;
  /** The rows that are in the document. */
  part: Part;
}

/** The row that is edited, or was last: it keeps its place in the document, so that nothing typed gets lost. */
interface EditedRow {
  index: number;
  id: string;
  /** The cell that is open; null: none any more. */
  column: string | null;
}

interface TableKeys {
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: (event: FocusEvent) => void;
  onClick: (event: MouseEvent) => void;
  onDoubleClick: (event: MouseEvent) => void;
  onAuxClick: (event: MouseEvent) => void;
  select: (index: number, range: boolean) => void;
  editing: EditedRow | null;
  edited: (index: number, column: string, after: AfterEdit) => void;
  /** Open a row's menu. */
  menu: (index: number) => void;
}

/** Cells of a row that can be edited, from left to right. */
function editableCells(row: Element | null | undefined): HTMLElement[] {
  return row ? [...row.querySelectorAll<HTMLElement>("td[data-edit]")] : [];
}

const NONE: readonly Shortcut[] = [];

/** Moving, opening and selecting rows by keys. The callbacks stay the same, so that rows are not drawn again for them. */
export function useTableKeys<T>(options: Options<T>): TableKeys {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const anchor = useRef(-1);
  const wanted = useRef(-1);
  /** The column that up and down stay in; null: whole rows have the focus. */
  const lane = useRef<string | null>(null);
  const [editing, setEditing] = useState<EditedRow | null>(null);

  useFollowedRow(options, wanted);

  // A row that was out of view exists only after it has been scrolled to and drawn.
  useEffect(() => {
    if (wanted.current < 0) return;
    const element = options.rowElement(wanted.current);
    if (!element) return;
    wanted.current = -1;
    focusIn(element, lane.current);
  });

  const actions = useMemo(() => {
    const moveTo = (index: number) => {
      const { rowCount, setActive, show, rowElement } = latest.current;
      if (rowCount === 0) return;
      const next = Math.min(Math.max(index, 0), rowCount - 1);
      setActive(next);
      show(next);
      wanted.current = next;
      const element = rowElement(next);
      if (element) focusIn(element, lane.current);
    };
    /** Go to another cell of the row that has the focus; before the first one stands the row itself. */
    const moveCell = (step: number) => {
      const { active, rowElement } = latest.current;
      const row = rowElement(active);
      const cells = editableCells(row);
      const from = cells.findIndex((cell) => cell.contains(document.activeElement));
      const next = Math.min(from + step, cells.length - 1);
      lane.current = next < 0 ? null : (cells[next]?.dataset.edit ?? null);
      (next < 0 ? row : cells[next])?.focus({ preventScroll: false });
    };
    const startEditing = (index: number, column: string) => {
      const row = latest.current.rowAt(index);
      if (row !== undefined) setEditing({ index, column, id: latest.current.idOf(row) });
    };
    const edit = (index: number, column: string) => {
      lane.current = column;
      latest.current.setActive(index);
      startEditing(index, column);
    };
    const edited = (index: number, column: string, after: AfterEdit) => {
      const row = latest.current.rowAt(index);
      const id = row && latest.current.idOf(row);
      setEditing((old) => (old?.id === id && old?.column === column ? { ...old, column: null } : old));
      if (after === "away") return;
      const cells = editableCells(latest.current.rowElement(index));
      const at = cells.findIndex((cell) => cell.dataset.edit === column);
      const next = cells[at + { stay: 0, next: 1, previous: -1 }[after]];
      lane.current = next?.dataset.edit ?? column;
      (next ?? cells[at])?.focus();
      // Again once the editor is gone: it takes the focus with it.
      wanted.current = index;
      if (next && after !== "stay") startEditing(index, lane.current);
    };
    const menu = (index: number) =>
      latest.current.rowElement(index)?.querySelector<HTMLElement>("[data-row-menu]")?.click();
    /** Enter: the cell that has the focus is edited, a row is opened. */
    const enter = () => {
      const { active } = latest.current;
      const cell = document.activeElement?.closest<HTMLElement>("td[data-edit]");
      if (cell?.dataset.edit) edit(active, cell.dataset.edit);
      else open(active, false);
    };
    /** The first cell that can be edited, or the one that has the focus. */
    const editCell = () => {
      const { active, rowElement } = latest.current;
      const cells = editableCells(rowElement(active));
      const cell = cells.find((one) => one.contains(document.activeElement)) ?? cells[0];
      if (cell?.dataset.edit) edit(active, cell.dataset.edit);
    };
    const leaveCell = () => {
      const { active, rowElement } = latest.current;
      lane.current = null;
      rowElement(active)?.focus({ preventScroll: true });
    };
    const moveBy = (step: number) => moveTo(latest.current.active < 0 ? 0 : latest.current.active + step);
    const open = (index: number, inNewTab: boolean) => {
      const row = latest.current.rowAt(index);
      if (row !== undefined) latest.current.onOpen?.(row, inNewTab);
    };
    const select = (index: number, range: boolean) => {
      const { selection, rowAt, idOf } = latest.current;
      const row = rowAt(index);
      if (!selection || row === undefined) return;
      const next = new Set(selection.selected);
      const turnOn = !next.has(idOf(row));
      const rows = range && anchor.current >= 0 ? between(anchor.current, index) : [index];
      for (const each of rows) {
        const one = rowAt(each);
        if (one === undefined) continue;
        if (turnOn) next.add(idOf(one));
        else next.delete(idOf(one));
      }
      anchor.current = index;
      selection.onChange(next);
    };
    return { moveTo, moveBy, moveCell, open, select, edit, edited, editCell, leaveCell, enter, menu };
  }, []);

  const bindings = useMemo(() => {
    const here = () => latest.current.active;
    const pageRows = () => Math.max(1, latest.current.rowsInView() - 1);
    return new Map<string, () => void>([
      ["j", () => actions.moveBy(1)],
      ["k", () => actions.moveBy(-1)],
      ["o", () => actions.open(here(), true)],
      ["x", () => actions.select(here(), false)],
      ["X", () => actions.select(here(), true)],
      ["Enter", () => actions.enter()],
      [".", () => actions.menu(here())],
      ["F2", () => actions.editCell()],
      ["ArrowRight", () => actions.moveCell(1)],
      ["ArrowLeft", () => actions.moveCell(-1)],
      ["ArrowDown", () => actions.moveBy(1)],
      ["ArrowUp", () => actions.moveBy(-1)],
      ["PageDown", () => actions.moveBy(pageRows())],
      ["PageUp", () => actions.moveBy(-pageRows())],
      ["Home", () => actions.moveTo(0)],
      ["End", () => actions.moveTo(latest.current.rowCount - 1)],
    ]);
  }, [actions]);

  const { primary, selection, columns } = options;
  const selectable = selection !== undefined;
  const hasActions = options.actions !== undefined;
  const editable = columns.some(({ edit }) => edit !== undefined);
  const shortcuts = useMemo((): readonly Shortcut[] => {
    if (!primary) return NONE;
    const key = (keys: string, does: string, binding = keys): Shortcut => ({
      keys,
      does,
      group: "List",
      run: () => bindings.get(binding)?.(),
    });
    return [
      key("j", "Next row"),
      key("k", "Previous row"),
      key("g g", "First row", "Home"),
      key("shift+g", "Last row", "End"),
      key("enter", "Open the row", "Enter"),
      key("o", "Open in a new tab"),
      ...(selectable ? [key("x", "Select the row"), key("shift+x", "Select a range", "X")] : []),
      ...(hasActions ? [key(".", "Actions of the row")] : []),
      ...(editable ? [key("f2", "Edit in place (← → choose the cell)", "F2")] : []),
    ];
  }, [primary, selectable, hasActions, editable, bindings]);
  useShortcuts(shortcuts);

  return {
    select: actions.select,
    editing: editing && placed(editing, options),
    edited: actions.edited,
    menu: actions.menu,
    onFocus: ({ target }) => {
      const index = indexOf(target);
      if (index >= 0) options.setActive(index);
    },
    onClick: ({ target, detail, shiftKey }) => {
      const cell = (target as Element).closest<HTMLElement>("td[data-edit]:not([data-editing])");
      if (!cell?.dataset.edit || (target as Element).closest("a") || detail > 1 || shiftKey) return;
      actions.edit(indexOf(cell), cell.dataset.edit);
    },
    onDoubleClick: ({ target }) => {
      const index = indexOf(target);
      if (index >= 0 && !(target as Element).closest("[data-edit], button, input"))
        actions.open(index, false);
    },
    onAuxClick: ({ target, button }) => {
      const index = indexOf(target);
      if (index >= 0 && button === 1 && !(target as Element).closest("a")) actions.open(index, true);
    },
    onKeyDown: (event) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || !target.closest("tr[data-index]")) return;
      if (target.closest("[data-editor]")) return;
      const isCell = target.matches("td[data-edit]");
      if (event.key === "Escape" && isCell) {
        event.preventDefault();
        actions.leaveCell();
        return;
      }
      if (event.key.startsWith("Arrow") && !editable && /Left|Right/.test(event.key)) return;
      // A link or button in the row keeps its own Enter.
      if (event.key === "Enter" && target.closest("a, button, input")) return;
      const run = bindings.get(event.key);
      if (!run) return;
      event.preventDefault();
      run();
    },
  };
}

/** The number of the row that something stands in; -1: in none. A row's menu stands elsewhere in the document. */
function indexOf(target: EventTarget): number {
  const row = (target as Element).closest<HTMLElement>("tr[data-index]");
  return row ? Number(row.dataset.index) : -1;
}

/** Where the edited row stands now; null: not in the document. */
function placed<T>(edited: EditedRow, { rowAt, idOf, part }: Options<T>): EditedRow | null {
  const stands = (index: number) => {
    const row = rowAt(index);
    return row !== undefined && idOf(row) === edited.id;
  };
  if (stands(edited.index)) return edited;
  const index = between(part[0], part[1] - 1).find(stands);
  return index === undefined ? null : { ...edited, index };
}

/** Stay with a row that comes to stand elsewhere as the list changes: so do the keys, and the focus if it is there. */
function useFollowedRow<T>(
  { active, setActive, rowAt, idOf, rowElement, part }: Options<T>,
  wanted: RefObject<number>,
) {
  const known = useRef<{ index: number; id: string } | null>(null);
  useEffect(() => {
    const row = active < 0 ? undefined : rowAt(active);
    const before = known.current;
    if (row === undefined) return;
    const id = idOf(row);
    known.current = { index: active, id };
    if (before === null || before.index !== active || before.id === id) return;
    const now = between(part[0], part[1] - 1).find((index) => {
      const other = rowAt(index);
      return other !== undefined && idOf(other) === before.id;
    });
    if (now === undefined) return;
    known.current = { index: now, id: before.id };
    if (rowElement(active)?.contains(document.activeElement)) wanted.current = now;
    setActive(now);
  });
}

function focusIn(row: HTMLElement, lane: string | null): void {
  const cell = lane === null ? null : row.querySelector<HTMLElement>(`td[data-edit="${lane}"]`);
  (cell ?? row).focus({ preventScroll: true });
}
