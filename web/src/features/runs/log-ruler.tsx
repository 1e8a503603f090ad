import { useEffect, useRef } from "react";
import { useStore } from "@/lib/store";
import { scheme } from "@/ui/preferences";
import { shares } from "./log-lines";
import styles from "./logs.module.css";

interface Props {
  rowCount: number;
  /** Rows that hold an error. */
  errors: readonly number[];
  /** Rows that hold a hit. */
  hits: readonly number[];
  /** Moves the mark of what is in view. */
  viewRef: React.RefObject<HTMLDivElement | null>;
  onJump: (row: number) => void;
}

/** The whole log as one thin line: where errors and hits are, and what is in view. Keys `n` and `e` do the same. */
export function LogRuler({ rowCount, errors, hits, viewRef, onJump }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useStore(scheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the style sheet while drawing
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => drawRuler(element, rowCount, errors, hits);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [rowCount, errors, hits, colors]);
  return (
    <div
      className={styles.ruler}
      aria-hidden="true"
      onPointerDown={(event) => {
        const { top, height } = event.currentTarget.getBoundingClientRect();
        onJump(Math.min(rowCount - 1, Math.floor(((event.clientY - top) / height) * rowCount)));
      }}
    >
      <canvas ref={canvas} className={styles.rulerMarks} />
      <div ref={viewRef} className={styles.rulerView} />
    </div>
  );
}

/** Put the mark of what is in view. */
export function placeView(view: HTMLDivElement | null, first: number, last: number, rowCount: number): void {
  if (!view || rowCount === 0) return;
  view.style.top = `${(first / rowCount) * 100}%`;
  view.style.height = `max(6px, ${((last - first + 1) / rowCount) * 100}%)`;
}

/** A mark can always be seen, and a storm stands out from a steady trickle. */
function strength(share: number): number {
  return 0.4 + 0.6 * Math.sqrt(share);
}

function drawRuler(
  element: HTMLCanvasElement,
  rowCount: number,
  errors: readonly number[],
  hits: readonly number[],
): void {
  const ratio = devicePixelRatio;
  const [width, height] = [element.clientWidth * ratio, element.clientHeight * ratio];
  element.width = width;
  element.height = height;
  const context = element.getContext("2d");
  if (!context || rowCount === 0) return;
  const style = getComputedStyle(document.documentElement);
  const tick = 2 * ratio;
  const ticks = (rows: readonly number[], color: string, left: number, right: number) => {
    context.fillStyle = style.getPropertyValue(color);
    for (const [place, share] of shares(rows, rowCount, Math.ceil(height / tick))) {
      context.globalAlpha = strength(share);
      context.fillRect(left * width, place * tick, (right - left) * width, tick);
    }
  };
  ticks(errors, "--err-solid", 0.15, 0.6);
  ticks(hits, "--warn-fg", 0.55, 1);
}
