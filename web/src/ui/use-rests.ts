import { useEffect, useState } from "react";

/** Whether a value has been the same for `ms`; the first one counts as at rest. */
export function useRests(value: unknown, ms: number): boolean {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    if (Object.is(rested, value)) return;
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [rested, value, ms]);
  return Object.is(rested, value);
}
