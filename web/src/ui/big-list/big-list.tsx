import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import styles from "./big-list.module.css";
import {
  afterScroll,
  fromOffset,
  type Geometry,
  isScaled,
  maxOffset,
  offsetShowing,
  type Position,
  rowTop,
  spacerHeight,
  visibleRows,
} from "./geometry";
import type { LineCache } from "./line-cache";

const OVERSCAN = 20;
/** Lines around those in view that are read ahead. */
const READ_AHEAD = 60;
const SETTLE_MS = 150;

export interface BigListHandle {
  /** Bring a row into view, in the middle unless it is visible already. */
  showRow: (row: number) => void;
  toEnd: () => void;
}

interface Props<L> {
  label: string;
  cache: LineCache<L>;
  rowHeight: number;
  /** One row; `undefined`: on its way. */
  children: (line: L | undefined, index: number) => ReactNode;
  /** The end stays in view as lines come. */
  follow?: boolean;
  /** The reader left the end, or came back to it. */
  onEnd?: (atEnd: boolean) => void;
  /** The first and the last row in view, both included, whenever they change. */
  onRows?: (first: number, last: number) => void;
  /** The row chosen by keys or click; -1: none. */
  active?: number;
  onActive?: (index: number) => void;
  ref?: React.Ref<BigListHandle>;
}

/** A list of millions of equal rows. Only those in view exist; each is placed by itself. */
export function BigList<L>({
  label,
  cache,
  rowHeight,
  children,
  follow = false,
  onEnd,
  onRows,
  active = -1,
  onActive,
  ref,
}: Props<L>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(0);
  const [position, setPosition] = useState<Position>({ offset: 0, scrollTop: 0 });
  useSyncExternalStore(cache.subscribe, cache.getVersion);
  const geometry: Geometry = { rowCount: cache.total, rowHeight, viewport };
  const latest = useRef({ geometry, position });
  latest.current = { geometry, position };
  const pending = useRef(-1);
  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const moveTo = (offset: number) => {
    const next = fromOffset(offset, latest.current.geometry);
    setPosition(next);
    latest.current.position = next;
    if (scroller.current) scroller.current.scrollTop = next.scrollTop;
    onEnd?.(next.offset >= maxOffset(latest.current.geometry) - rowHeight);
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setViewport(element.clientHeight));
    observer.observe(element);
    setViewport(element.clientHeight);
    return () => {
      observer.disconnect();
      clearTimeout(settle.current);
    };
  }, []);

  // The wheel moves the content by its own pixels, also where the bar's are scaled.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.deltaY === 0 || !isScaled(latest.current.geometry)) return;
      event.preventDefault();
      const unit =
        event.deltaMode === 1 ? rowHeight : event.deltaMode === 2 ? latest.current.geometry.viewport : 1;
      moveTo(latest.current.position.offset + event.deltaY * unit);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  // Keep the end in view, or the place when the window's height or the number of rows changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the geometry changes, with what is latest then
  useLayoutEffect(() => {
    if (viewport === 0) return;
    const wanted = pending.current;
    pending.current = -1;
    if (wanted >= 0) moveTo(wanted * rowHeight - viewport / 2);
    else moveTo(follow ? maxOffset(latest.current.geometry) : latest.current.position.offset);
  }, [follow, viewport, cache.total, rowHeight]);

  const [from, to] = visibleRows(position.offset, geometry, OVERSCAN);
  const version = cache.getVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version may lack lines that were there before
  useEffect(() => {
    if (viewport > 0 && cache.error === null) cache.want(Math.max(0, from - READ_AHEAD), to + READ_AHEAD);
  }, [cache, from, to, viewport, version]);

  const [first, behind] = visibleRows(position.offset, geometry, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it tells of a change of the rows, or of what is known of them
  useEffect(() => {
    if (viewport > 0 && behind > first) onRows?.(first, behind - 1);
  }, [first, behind, viewport, version]);

  useImperativeHandle(ref, () => ({
    showRow: (row) => {
      const { geometry: now, position: at } = latest.current;
      if (now.viewport === 0) {
        // Not measured yet: what is the middle will be known with the height.
        pending.current = row;
        return;
      }
      const visible = offsetShowing(row, at.offset, now) === at.offset;
      if (!visible) moveTo(row * now.rowHeight - now.viewport / 2);
    },
    toEnd: () => moveTo(maxOffset(latest.current.geometry)),
  }));

  const onScroll = (event: React.UIEvent<HTMLDivElement>) => {
    const { scrollTop } = event.currentTarget;
    const { geometry: now, position: at } = latest.current;
    if (Math.abs(scrollTop - at.scrollTop) < 1) return;
    const next = afterScroll(at, scrollTop, now);
    setPosition(next);
    latest.current.position = next;
    onEnd?.(next.offset >= maxOffset(now) - rowHeight);
    if (!isScaled(now)) return;
    // Small steps let the bar drift from the place it stands for: put it right when the hand rests.
    clearTimeout(settle.current);
    settle.current = setTimeout(() => moveTo(latest.current.position.offset), SETTLE_MS);
  };

  const step = (rows: number) => {
    const next = Math.min(
      Math.max(0, (active < 0 ? Math.ceil(position.offset / rowHeight) : active) + rows),
      cache.total - 1,
    );
    if (onActive) onActive(next);
    moveTo(offsetShowing(next, position.offset, geometry));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
    const keys = new Map<string, () => void>([
      ["ArrowDown", () => step(1)],
      ["ArrowUp", () => step(-1)],
      ["PageDown", () => moveTo(position.offset + page * rowHeight)],
      ["PageUp", () => moveTo(position.offset - page * rowHeight)],
      ["Home", () => moveTo(0)],
      ["End", () => moveTo(maxOffset(geometry))],
    ]);
    const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.get(event.key);
    if (!run) return;
    event.preventDefault();
    run();
  };

  const rows: ReactNode[] = [];
  for (let index = from; index < to; index += 1) {
    rows.push(
      <div
        key={index}
        role="row"
        aria-rowindex={index + 1}
        tabIndex={-1}
        data-active={index === active || undefined}
        className={styles.row}
        style={{ height: rowHeight, transform: `translateY(${rowTop(index, position, geometry)}px)` }}
        onMouseDown={() => onActive?.(index)}
      >
        {children(cache.peek(index), index)}
      </div>,
    );
  }
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={cache.total}
      aria-readonly="true"
      tabIndex={0}
      className={styles.scroller}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className={styles.spacer} style={{ height: spacerHeight(geometry) }}>
        {rows}
      </div>
    </div>
  );
}
