import { type RefObject, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Rows in the document beyond those in view, at both ends. */
const OVERSCAN = 8;
/** The part that is in the document moves on by so many rows: each step is drawn within one frame. */
const STEP = 4;
/** Before anything is measured. */
const FIRST_ROWS = 24;
/** Faster than this nobody reads a row: its place is enough until the list slows down. */
const FLING_PX_PER_MS = 8;
/** Scrolling goes on if the next step comes within this time; what comes later is a jump of its own. */
const GOES_ON_MS = 100;
const REST_MS = 80;

/** The rows that are in the document: the first one, and the first behind the last one. */
export type Part = readonly [number, number];

interface View {
  scrollTop: number;
  height: number;
  rowHeight: number;
  rowCount: number;
}

type Place = Pick<View, "scrollTop" | "height">;

/** The part of a table that is in the document at a place of its scroll bar. */
export function partInView({ scrollTop, height, rowHeight, rowCount }: View): Part {
  const from = Math.floor((scrollTop / rowHeight - OVERSCAN) / STEP) * STEP;
  const behind = Math.ceil(((scrollTop + height) / rowHeight + OVERSCAN) / STEP) * STEP;
  return within([from, behind], rowCount);
}

/** Whether a step of `px` after `ms` is part of a fling; a single step, however far, is a jump. */
export function isFling(px: number, ms: number): boolean {
  return ms < GOES_ON_MS && Math.abs(px) > FLING_PX_PER_MS * ms;
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
  const [place, setPlace] = useState<Place>({ scrollTop: 0, height: FIRST_ROWS * rowHeight });
  useLayoutEffect(() => {
    const element = scroller.current;
    return element ? followPlace(element, rowHeight, setPlace) : undefined;
  }, [scroller, rowHeight]);

  // A table that has become shorter is not scrolled as far any more. To ask the browser would cost a layout in between.
  const furthest = Math.max(0, headHeight + rowCount * rowHeight - place.height);
  const scrollTop = Math.min(place.scrollTop, furthest);
  return {
    part: all ? [0, rowCount] : partInView({ scrollTop, height: place.height, rowHeight, rowCount }),
    show: (index) => {
      const element = scroller.current;
      if (!element) return;
      const view = { scrollTop: element.scrollTop, height: element.clientHeight, rowHeight, rowCount };
      element.scrollTop = scrollShowing(index, view, headHeight);
    },
    rowsInView: () =>
      scroller.current ? Math.floor((scroller.current.clientHeight - headHeight) / rowHeight) : 1,
  };
}

/** Tell where a scroller stands whenever that brings other rows into the document; returns how to end it. */
function followPlace(element: HTMLElement, rowHeight: number, tell: (place: Place) => void): () => void {
  let known: Part | null = null;
  let last = { top: element.scrollTop, at: 0 };
  let rest: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const { scrollTop, clientHeight: height } = element;
    const next = partInView({ scrollTop, height, rowHeight, rowCount: Number.POSITIVE_INFINITY });
    if (known?.[0] === next[0] && known[1] === next[1]) return;
    known = next;
    tell({ scrollTop, height });
  };
  const onScroll = () => {
    const now = { top: element.scrollTop, at: performance.now() };
    const flies = isFling(now.top - last.top, now.at - last.at);
    last = now;
    clearTimeout(rest);
    if (flies) rest = setTimeout(look, REST_MS);
    // At once: what has been scrolled into view is there in the same frame.
    else flushSync(look);
  };
  const observer = new ResizeObserver(look);
  element.addEventListener("scroll", onScroll, { passive: true });
  observer.observe(element);
  look();
  return () => {
    clearTimeout(rest);
    element.removeEventListener("scroll", onScroll);
    observer.disconnect();
  };
}
