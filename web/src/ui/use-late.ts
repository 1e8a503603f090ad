import { useEffect, useState } from "react";

/** Waiting that is shorter than this is not noticed, and showing it would be a flash. */
export const LATE_MS = 150;

/** Whether something has been so for long enough that it should be shown. */
export function useLate(waits: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waits]);
  return late;
}
