import { useEffect, useRef, useState } from "react";

export const SPEEDS = [1, 2, 5, 10] as const;

/** Goes on by itself, so many events a second, until there is none or somebody stops it. */
export function usePlayer(step: () => Promise<boolean>) {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(2);
  const latest = useRef(step);
  useEffect(() => {
    latest.current = step;
  });
  useEffect(() => {
    if (!playing) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const go = async () => {
      const began = performance.now();
      const went = await latest.current();
      if (stopped) return;
      if (!went) {
        setPlaying(false);
        return;
      }
      timer = setTimeout(() => void go(), Math.max(0, 1000 / speed - (performance.now() - began)));
    };
    void go();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [playing, speed]);
  return { playing, setPlaying, speed, setSpeed };
}
