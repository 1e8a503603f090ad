/**
 * Where the rows of a list of any length stand.
 *
 * Browsers clamp the height of an element, so the spacer that gives the scroll bar its length is capped, and scrolling is
 * scaled beyond that. `offset` is the true position in pixels of the first visible line's top, from 0 to
 * rows × height − viewport; `scrollTop` is what the browser knows.
 */
export const SPACER_CAP = 8_000_000;

export interface Geometry {
  rowCount: number;
  rowHeight: number;
  viewport: number;
}

/** A true position and the scroll position it was captured with: rows are placed relative to the pair. */
export interface Position {
  offset: number;
  scrollTop: number;
}

export function contentHeight({ rowCount, rowHeight }: Geometry): number {
  return rowCount * rowHeight;
}

export function spacerHeight(geometry: Geometry): number {
  return Math.max(geometry.viewport, Math.min(contentHeight(geometry), SPACER_CAP));
}

export function maxOffset(geometry: Geometry): number {
  return Math.max(0, contentHeight(geometry) - geometry.viewport);
}

function maxScroll(geometry: Geometry): number {
  return Math.max(0, spacerHeight(geometry) - geometry.viewport);
}

/** Whether scrolling is scaled: one pixel of the scroll bar is more than one of the content. */
export function isScaled(geometry: Geometry): boolean {
  return contentHeight(geometry) > SPACER_CAP;
}

export function clampOffset(offset: number, geometry: Geometry): number {
  return Math.min(Math.max(0, offset), maxOffset(geometry));
}

/** The position for a true offset. */
export function fromOffset(offset: number, geometry: Geometry): Position {
  const clamped = clampOffset(offset, geometry);
  const most = maxOffset(geometry);
  return { offset: clamped, scrollTop: most === 0 ? 0 : (clamped / most) * maxScroll(geometry) };
}

/** The position for a place of the scroll bar. */
export function fromScrollTop(scrollTop: number, geometry: Geometry): Position {
  const most = maxScroll(geometry);
  return {
    offset: most === 0 ? 0 : clampOffset((scrollTop / most) * maxOffset(geometry), geometry),
    scrollTop,
  };
}

/**
 * The position after the browser scrolled by itself to `scrollTop`.
 *
 * A small step is a swipe or a key and means pixels of the content; a large one is the scroll bar's thumb and means a
 * place in the whole. At the ends of the bar the ends of the content are meant.
 */
export function afterScroll(old: Position, scrollTop: number, geometry: Geometry): Position {
  const step = scrollTop - old.scrollTop;
  const atEnd = scrollTop <= 0 || scrollTop >= maxScroll(geometry) - 0.5;
  if (!isScaled(geometry) || atEnd || Math.abs(step) > 2 * geometry.viewport)
    return fromScrollTop(scrollTop, geometry);
  return { offset: clampOffset(old.offset + step, geometry), scrollTop };
}

/** First row (included) and last (excluded) to draw, with `overscan` rows around what is visible. */
export function visibleRows(offset: number, geometry: Geometry, overscan: number): [number, number] {
  const first = Math.floor(offset / geometry.rowHeight) - overscan;
  const last = Math.ceil((offset + geometry.viewport) / geometry.rowHeight) + overscan;
  return [Math.max(0, first), Math.min(geometry.rowCount, last)];
}

/** Where a row stands inside the scrolling content. */
export function rowTop(row: number, position: Position, geometry: Geometry): number {
  return row * geometry.rowHeight - position.offset + position.scrollTop;
}

/** The nearest offset at which a row is wholly visible. */
export function offsetShowing(row: number, offset: number, geometry: Geometry): number {
  const top = row * geometry.rowHeight;
  if (top < offset) return top;
  const bottom = top + geometry.rowHeight - geometry.viewport;
  return Math.max(bottom, offset);
}
