import { type RefObject, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Rows in the document beyond those in view, at both ends. */
const OVERSCAN = 8;
/** The part that is in the document moves on by so many rows: each step is drawn within one frame. */
const STEP = 2;
/** Before anything is measured. */
const FIRST_ROWS = 40;

/** The rows that are in the document: the first one, and the first behind the last one. */
export type Part = readonly [number, number];

interface View {
  scrollTop: number;
  height: number;
  rowHeight: number;
  rowCount: number;
}

/** The part of a table that is in the document at a place of its scroll bar. */
export function partInView({ scrollTop, height, rowHeight, rowCount }: View): Part {
  const from = Math.floor((scrollTop / rowHeight - OVERSCAN) / STEP) * STEP;
  const behind = Math.ceil(((scrollTop + height) / rowHeight + OVERSCAN) / STEP) * STEP;
  return within([from, behind], rowCount);
}

function within([from, behind]: Part, rowCount: number): Part {
  const end = Math.min(Math.max(behind, 0), rowCount);
  return [Math.min(Math.max(from, 0), end), end];
}

/** Where to scroll so that a row is in view and not under the head; where it is already, to where it is now. */
export function scrollShowing(index: number, view: View, headHeight: number): number {
  const top = index * view.rowHeight;
  const lowest = top + view.rowHeight + headHeight - view.height;
  return Math.min(Math.max(view.scrollTop, lowest), top);
}

interface Options {
  scroller: RefObject<HTMLElement | null>;
  rowCount: number;
  /** In pixels; all are equally high. */
  rowHeight: number;
  /** Of what stays at the top. */
  headHeight: number;
  /** All rows are in the document. */
  all: boolean;
}

interface VisibleRows {
  part: Part;
  /** Bring a row into view. */
  show: (index: number) => void;
  /** How many rows fit into the view. */
  rowsInView: () => number;
}

/** Which rows of a table are in the document, as it is scrolled and changes its size. */
export function useVisibleRows({ scroller, rowCount, rowHeight, headHeight, all }: Options): VisibleRows {
  const [part, setPart] = useState<Part>([0, FIRST_ROWS]);
  const viewOf = (element: HTMLElement): View => ({
    scrollTop: element.scrollTop,
    height: element.clientHeight,
    rowHeight,
    rowCount,
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || all) return;
    let known: Part | null = null;
    const look = () => {
      const { scrollTop, clientHeight: height } = element;
      const next = partInView({ scrollTop, height, rowHeight, rowCount });
      if (known?.[0] === next[0] && known[1] === next[1]) return;
      known = next;
      setPart(next);
    };
    // At once: what has been scrolled into view is there in the same frame.
    const onScroll = () => flushSync(look);
    const observer = new ResizeObserver(look);
    element.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(element);
    look();
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [scroller, all, rowHeight, rowCount]);

  return {
    part: all ? [0, rowCount] : within(part, rowCount),
    show: (index) => {
      const element = scroller.current;
      if (element) element.scrollTop = scrollShowing(index, viewOf(element), headHeight);
    },
    rowsInView: () =>
      scroller.current ? Math.floor((scroller.current.clientHeight - headHeight) / rowHeight) : 1,
  };
}
