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
  onEnter,
  children,
}: Props) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const own = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  if (known !== value) {
    // The address changed under the field (back, a link): show what it says.
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const ref = fieldRef ?? own;
  const say = (next: string, delay: number) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(next);
      onChange(next);
    }, delay);
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
        onChange={(event) => say(event.target.value, delayMs)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && typed === known) onEnter?.(event.shiftKey);
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
