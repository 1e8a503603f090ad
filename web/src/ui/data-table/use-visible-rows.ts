import { type RefObject, useEffectEvent, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Rows in the document beyond those in view: where the reader goes, and where they come from. */
const AHEAD = 9;
const BEHIND = 3;
/** The part that is in the document moves on by so many rows: few enough to be drawn in a frame, as a step has its price. */
const STEP = 3;
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
  /** Scrolled so last: 1 down, -1 up. */
  direction: 1 | -1;
  rowHeight: number;
  rowCount: number;
}

type Place = Pick<View, "scrollTop" | "height" | "direction">;

/** The part of a table that is in the document at a place of its scroll bar. */
export function partInView({ scrollTop, height, direction, rowHeight, rowCount }: View): Part {
  const [above, below] = direction > 0 ? [BEHIND, AHEAD] : [AHEAD, BEHIND];
  const from = Math.floor((scrollTop / rowHeight - above) / STEP) * STEP;
  const behind = Math.ceil(((scrollTop + height) / rowHeight + below) / STEP) * STEP;
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
export function scrollShowing(index: number, view: Omit<View, "direction">, headHeight: number): number {
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
  /** Told when the first row comes into view, and when it is scrolled away. */
  onTop: ((atTop: boolean) => void) | undefined;
}

interface VisibleRows {
  part: Part;
  /** Bring a row into view. */
  show: (index: number) => void;
  /** How many rows fit into the view. */
  rowsInView: () => number;
}

/** Which rows of a table are in the document, as it is scrolled and changes its size. */
export function useVisibleRows({
  scroller,
  rowCount,
  rowHeight,
  headHeight,
  all,
  onTop,
}: Options): VisibleRows {
  const [place, setPlace] = useState<Place>({ scrollTop: 0, height: FIRST_ROWS * rowHeight, direction: 1 });
  const tellTop = useEffectEvent((atTop: boolean) => onTop?.(atTop));
  useLayoutEffect(() => {
    const element = scroller.current;
    return element ? followPlace(element, rowHeight, setPlace, tellTop) : undefined;
  }, [scroller, rowHeight]);

  // A table that has become shorter is not scrolled as far any more. To ask the browser would cost a layout in between.
  const furthest = Math.max(0, headHeight + rowCount * rowHeight - place.height);
  const scrollTop = Math.min(place.scrollTop, furthest);
  return {
    part: all ? [0, rowCount] : partInView({ ...place, scrollTop, rowHeight, rowCount }),
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
function followPlace(
  element: HTMLElement,
  rowHeight: number,
  tell: (place: Place) => void,
  tellTop: (atTop: boolean) => void,
): () => void {
  let known: Part | null = null;
  let wasAtTop: boolean | null = null;
  let last = { top: element.scrollTop, at: 0 };
  let direction: Place["direction"] = 1;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const { scrollTop, clientHeight: height } = element;
    const place = { scrollTop, height, direction };
    const next = partInView({ ...place, rowHeight, rowCount: Number.POSITIVE_INFINITY });
    if (known?.[0] === next[0] && known[1] === next[1]) return;
    known = next;
    tell(place);
  };
  const onScroll = () => {
    const now = { top: element.scrollTop, at: performance.now() };
    const flies = isFling(now.top - last.top, now.at - last.at);
    if (now.top !== last.top) direction = now.top > last.top ? 1 : -1;
    last = now;
    const atTop = now.top < rowHeight;
    if (atTop !== wasAtTop) tellTop(atTop);
    wasAtTop = atTop;
    clearTimeout(rest);
    element.toggleAttribute("data-flying", flies);
    if (flies) rest = setTimeout(land, REST_MS);
    // At once: what has been scrolled into view is there in the same frame.
    else flushSync(look);
  };
  const land = () => {
    element.removeAttribute("data-flying");
    look();
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
