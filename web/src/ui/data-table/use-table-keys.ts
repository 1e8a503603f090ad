import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { type Shortcut, useShortcuts } from "../shortcuts";
import { between } from "./columns";
import type { DataTableProps } from "./data-table";

interface Options<T> extends DataTableProps<T> {
  active: number;
  setActive: (index: number) => void;
  /** Bring a row into view. */
  show: (index: number) => void;
  rowElement: (index: number) => HTMLElement | null;
  pageRows: number;
}

interface TableKeys {
  onKeyDown: (event: KeyboardEvent) => void;
  open: (index: number, inNewTab: boolean) => void;
  select: (index: number, range: boolean) => void;
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

  // A row that was out of view exists only after it has been scrolled to and drawn.
  useEffect(() => {
    if (wanted.current < 0) return;
    const element = options.rowElement(wanted.current);
    if (!element) return;
    wanted.current = -1;
    element.focus({ preventScroll: true });
  });

  const actions = useMemo(() => {
    const moveTo = (index: number) => {
      const { rowCount, setActive, show, rowElement } = latest.current;
      if (rowCount === 0) return;
      const next = Math.min(Math.max(index, 0), rowCount - 1);
      setActive(next);
      show(next);
      wanted.current = next;
      rowElement(next)?.focus({ preventScroll: true });
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
    return { moveTo, moveBy, open, select };
  }, []);

  const bindings = useMemo(() => {
    const here = () => latest.current.active;
    return new Map<string, () => void>([
      ["j", () => actions.moveBy(1)],
      ["k", () => actions.moveBy(-1)],
      ["o", () => actions.open(here(), true)],
      ["x", () => actions.select(here(), false)],
      ["X", () => actions.select(here(), true)],
      ["Enter", () => actions.open(here(), false)],
      ["ArrowDown", () => actions.moveBy(1)],
      ["ArrowUp", () => actions.moveBy(-1)],
      ["PageDown", () => actions.moveBy(latest.current.pageRows)],
      ["PageUp", () => actions.moveBy(-latest.current.pageRows)],
      ["Home", () => actions.moveTo(0)],
      ["End", () => actions.moveTo(latest.current.rowCount - 1)],
    ]);
  }, [actions]);

  const { primary, selection } = options;
  const selectable = selection !== undefined;
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
      key("enter", "Open the row", "Enter"),
      key("o", "Open in a new tab"),
      ...(selectable ? [key("x", "Select the row"), key("shift+x", "Select a range", "X")] : []),
    ];
  }, [primary, selectable, bindings]);
  useShortcuts(shortcuts);

  return {
    open: actions.open,
    select: actions.select,
    onKeyDown: (event) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || !target.closest("tr[data-index]")) return;
      // A link or button in the row keeps its own Enter.
      if (event.key === "Enter" && target.closest("a, button, input")) return;
      const run = bindings.get(event.key);
      if (!run) return;
      event.preventDefault();
      run();
    },
  };
}
