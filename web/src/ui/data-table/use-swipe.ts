import { type PointerEvent, useCallback, useRef } from "react";

/** How far a finger must go for a swipe to count, and how long it must stay for a long press. */
const SWIPE_PX = 72;
const LONG_PRESS_MS = 500;
/** A finger that moved less than this has not moved. */
const STILL_PX = 8;

interface Swipe {
  onLeft?: () => void;
  onRight?: () => void;
  onLongPress?: () => void;
}

interface Going {
  id: number;
  x: number;
  y: number;
  dx: number;
  direction: "unknown" | "sideways" | "other";
  press: number;
}

/** Swipes and long presses on a row: handlers for it. The row follows the finger by its variable `--swipe`. */
export function useSwipe({ onLeft, onRight, onLongPress }: Swipe) {
  const going = useRef<Going | null>(null);
  const end = (row: HTMLElement, run: boolean) => {
    const one = going.current;
    going.current = null;
    if (!one) return;
    clearTimeout(one.press);
    row.style.removeProperty("--swipe");
    delete row.dataset.swiping;
    if (!run || one.direction !== "sideways") return;
    if (one.dx <= -SWIPE_PX) onLeft?.();
    else if (one.dx >= SWIPE_PX) onRight?.();
  };
  // A finger that goes sideways is ours from the start. Otherwise the browser takes its lift for a fling, and the next tap,
  // such as that on an entry of the menu that the swipe has opened, for the stop of it: such a tap is no click.
  const ref = useCallback((row: HTMLElement | null) => {
    const keep = (event: TouchEvent) => {
      if (going.current?.direction === "sideways") event.preventDefault();
    };
    row?.addEventListener("touchmove", keep, { passive: false });
    return () => row?.removeEventListener("touchmove", keep);
  }, []);
  return {
    ref,
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.pointerType !== "touch" || !event.isPrimary) return;
      // The row's menu stands elsewhere in the document; what happens there comes up to here all the same.
      if (!event.currentTarget.contains(event.target as Node)) return;
      const press = window.setTimeout(() => {
        going.current = null;
        onLongPress?.();
      }, LONG_PRESS_MS);
      going.current = {
        id: event.pointerId,
        x: event.clientX,
        y: event.clientY,
        dx: 0,
        direction: "unknown",
        press,
      };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const one = going.current;
      if (!one || one.id !== event.pointerId) return;
      const [dx, dy] = [event.clientX - one.x, event.clientY - one.y];
      if (one.direction === "unknown") {
        if (Math.hypot(dx, dy) < STILL_PX) return;
        clearTimeout(one.press);
        one.direction = Math.abs(dx) > Math.abs(dy) ? "sideways" : "other";
      }
      if (one.direction !== "sideways") return;
      const bounded = Math.max(onLeft ? -110 : 0, Math.min(onRight ? 110 : 0, dx));
      one.dx = bounded;
      event.currentTarget.dataset.swiping = bounded < 0 ? "left" : "right";
      event.currentTarget.style.setProperty("--swipe", `${bounded}px`);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => end(event.currentTarget, true),
    // The browser took the finger for scrolling.
    onPointerCancel: (event: PointerEvent<HTMLElement>) => end(event.currentTarget, false),
  };
}
