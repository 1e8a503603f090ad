import { IconSearch, IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import styles from "./text-field.module.css";

interface Props {
  label: string;
  placeholder?: string;
  value: string;
  /** Called when typing rests, and at once by Enter and by clearing. */
  onChange: (value: string) => void;
  /** Focus it when this key is pressed is the page's to arrange; it finds the field by this. */
  fieldRef?: React.RefObject<HTMLInputElement | null>;
  error?: string | null;
  delayMs?: number;
  /** What is typed after a rest is told at once; only what follows it closely waits. */
  atOnce?: boolean;
  /** Enter was pressed on what is known already; with Shift: backwards. */
  onEnter?: (back: boolean) => void;
  children?: ReactNode;
}

/** A filter or search field: Esc clears it, then leaves it. */
export function FilterField({
  label,
  placeholder,
  value,
  onChange,
  fieldRef,
  error,
  delayMs = 250,
  atOnce = false,
  onEnter,
  children,
}: Props) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  /** What was told and has not come back yet: more may have been typed since, and stays. */
  const [told, setTold] = useState<readonly string[]>([]);
  const own = useRef<HTMLInputElement>(null);
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
  const ref = fieldRef ?? own;
  const tell = (next: string) => {
    setTold((old) => (next === value ? [] : [...old, next]));
    onChange(next);
  };
  const say = (next: string, delay: number) => {
    setTyped(next);
    clearTimeout(timer.current);
    if (delay === 0) tell(next);
    else timer.current = setTimeout(() => tell(next), delay);
  };
  const type = (next: string) => {
    const now = performance.now();
    const rested = now - lastTyped.current > delayMs;
    lastTyped.current = now;
    say(next, atOnce && rested ? 0 : delayMs);
  };
  return (
    <div
      className={styles.field}
      data-field
      data-wide={children ? true : undefined}
      data-invalid={error ? true : undefined}
      title={error ?? undefined}
    >
      <IconSearch size={15} aria-hidden="true" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        aria-invalid={error ? true : undefined}
        placeholder={placeholder ?? label}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && typed === (told.at(-1) ?? value)) onEnter?.(event.shiftKey);
          else if (event.key === "Enter") say(typed, 0);
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed === "") ref.current?.blur();
          else say("", 0);
        }}
      />
      {typed !== "" && (
        <button
          type="button"
          className={styles.clear}
          aria-label={`Clear ${label.toLowerCase()}`}
          onClick={() => say("", 0)}
        >
          <IconX size={14} />
        </button>
      )}
      {children}
    </div>
  );
}

interface SwitchProps {
  /** What it does: the accessible name, and the tooltip. */
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}

/** A small switch inside a field. */
export function FilterSwitch({ label, on, onChange, children }: SwitchProps) {
  return (
    <button
      type="button"
      className={styles.switch}
      aria-label={label}
      aria-pressed={on}
      title={label}
      onClick={() => onChange(!on)}
    >
      {children}
    </button>
  );
}
