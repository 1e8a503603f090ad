import { useEffect, useRef, useState } from "react";

interface Props {
  value: string;
  /** Called when typing rests, and at once by `say` without a delay. */
  onChange: (value: string) => void;
  delayMs: number;
  /** What is typed after a rest is told at once; only what follows it closely waits. */
  atOnce: boolean;
}

/** A text that is typed here and told when typing rests. */
export function useToldText({ value, onChange, delayMs, atOnce }: Props) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  /** What was told and has not come back yet: more may have been typed since, and stays. */
  const [told, setTold] = useState<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lastTyped = useRef(Number.NEGATIVE_INFINITY);
  if (known !== value) {
    setKnown(value);
    const answered = told.indexOf(value);
    setTold(told.slice(answered + 1));
    // The address changed under the field (back, a link): show what it says.
    if (answered < 0) setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (next: string) => {
    setTold((old) => (next === value ? [] : [...old, next]));
    onChange(next);
  };
  /** Show a text that is not told yet: somebody is in the middle of it. */
  const hold = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
  };
  /** Show a text and tell it, at once or when nothing follows for a time. */
  const say = (next: string, delay = 0) => {
    hold(next);
    if (delay === 0) tell(next);
    else timer.current = setTimeout(() => tell(next), delay);
  };
  const type = (next: string) => {
    const now = performance.now();
    const rested = now - lastTyped.current > delayMs;
    lastTyped.current = now;
    say(next, atOnce && rested ? 0 : delayMs);
  };
  return { typed, isTold: typed === (told.at(-1) ?? value), type, say, hold };
}
