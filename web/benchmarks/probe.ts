/**
 * What measures inside the page. It is given to the browser as text, so it may use nothing from outside.
 *
 * Moments are milliseconds of `performance.now()`; "painted" is the first task after the frame that shows something.
 */
export interface Rows {
  /** How many rows the table has in all. */
  total: number;
  /** Names of the first rows, from the top. */
  names: string[];
}

export interface Frames {
  /** Time between each two frames. */
  ms: number[];
  longTasks: number[];
}

export interface Probe {
  /** Wait for the painted rows that the next key or click brings. */
  expectRows(rows: Rows): void;
  /** Wait for the paint after which `selector` matches so many elements. */
  expectCount(selector: string, count: number): void;
  /** Time from that key or click, the last one if there were several, to that paint. */
  answered(): Promise<number>;
  /** Time from the call to the painted rows of what is in view, none of which is on its way any more. */
  filled(scrollTop: number): Promise<number>;
  /** When the first rows were painted, since the navigation. */
  firstRows(): Promise<number>;
  startFrames(): void;
  endFrames(): Frames;
  /** Of each interaction so far the time to the next paint. */
  interactions(): number[];
  largestPaint(): number;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

export function install(): void {
  let lastInput = 0;
  for (const kind of ["keydown", "pointerdown"])
    addEventListener(kind, (event) => (lastInput = event.timeStamp), { capture: true });

  let longTasks: number[] = [];
  new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
  const interactions = new Map<number, number>();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceEventTiming[])
      if (entry.interactionId)
        interactions.set(
          entry.interactionId,
          Math.max(entry.duration, interactions.get(entry.interactionId) ?? 0),
        );
  }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  let largestPaint = 0;
  new PerformanceObserver((list) => {
    largestPaint = list.getEntries().at(-1)?.startTime ?? largestPaint;
  }).observe({ type: "largest-contentful-paint", buffered: true });

  /** The first task after a frame in which `holds`. */
  const painted = (holds: () => boolean) =>
    new Promise<number>((resolve, reject) => {
      const from = performance.now();
      const look = () => {
        if (performance.now() - from > 20_000) return reject(new Error(`never seen; there is: ${state()}`));
        if (!holds()) return void requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
  let expected: Promise<number>;
  const expect = (holds: () => boolean) => {
    lastInput = 0;
    expected = painted(() => lastInput > 0 && holds()).then((at) => at - lastInput);
  };

  const table = () => document.querySelector<HTMLTableElement>("table[aria-label=Instances]");
  const rows = () => [...(table()?.querySelectorAll("tr[data-index]") ?? [])];
  const total = () => {
    const counted = table()?.getAttribute("aria-rowcount");
    return counted ? Number(counted) - 1 : rows().length;
  };
  const isSettled = () => table() !== null && !table()?.hasAttribute("aria-busy");
  const isInView = (row: Element) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };

  const state = () =>
    `${location.search}, ${total()} rows, busy ${!isSettled()}, row ${rows()[0]?.getAttribute("data-index")}: ${rows()[0]?.textContent}, input ${lastInput > 0}`;

  let frames: number[] = [];
  let counting = false;
  window.probe = {
    expectRows: (wanted) =>
      expect(
        () =>
          isSettled() &&
          total() === wanted.total &&
          wanted.names.every((name, index) => rows()[index]?.querySelector("a")?.textContent === name),
      ),
    expectCount: (selector, count) => expect(() => document.querySelectorAll(selector).length === count),
    answered: () => expected,
    filled: async (scrollTop) => {
      const scroller = table()?.parentElement as HTMLElement;
      const from = performance.now();
      scroller.scrollTop = scrollTop;
      const at = await painted(() => {
        const seen = rows().filter(isInView);
        return seen.length > 10 && seen.every((row) => row.querySelector("a"));
      });
      return at - from;
    },
    firstRows: () => painted(() => rows().some((row) => row.querySelector("a"))),
    startFrames: () => {
      frames = [];
      longTasks = [];
      counting = true;
      let last = 0;
      const count = (now: number) => {
        if (last > 0) frames.push(now - last);
        last = now;
        if (counting) requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    },
    endFrames: () => {
      counting = false;
      return { ms: frames, longTasks };
    },
    interactions: () => [...interactions.values()],
    largestPaint: () => largestPaint,
  };
}
