import { IconSearch, IconX } from "@tabler/icons-react";
import { type ReactNode, type Ref, useRef } from "react";
import styles from "./text-field.module.css";
import { useToldText } from "./use-told-text";

/** How long typing rests before what was typed is told. */
export const REST_MS = 250;

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
  delayMs = REST_MS,
  atOnce = false,
  onEnter,
  children,
}: Props) {
  const { typed, isTold, type, say } = useToldText({ value, onChange, delayMs, atOnce });
  const own = useRef<HTMLInputElement>(null);
  const ref = fieldRef ?? own;
  return (
    <FilterFrame label={label} error={error} isEmpty={typed === ""} onClear={() => say("")} after={children}>
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
          if (event.key === "Enter" && isTold) onEnter?.(event.shiftKey);
          else if (event.key === "Enter") say(typed);
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed === "") ref.current?.blur();
          else say("");
        }}
      />
    </FilterFrame>
  );
}

interface FrameProps {
  ref?: Ref<HTMLDivElement>;
  label: string;
  error?: string | null;
  isEmpty: boolean;
  onClear: () => void;
  /** The input. */
  children: ReactNode;
  /** What else stands in the field. */
  after?: ReactNode;
}

/** What every field that filters has around its input. */
export function FilterFrame({ ref, label, error, isEmpty, onClear, children, after }: FrameProps) {
  return (
    <div
      ref={ref}
      className={styles.field}
      data-field
      data-wide={after ? true : undefined}
      data-invalid={error ? true : undefined}
      title={error ?? undefined}
    >
      <IconSearch size={15} aria-hidden="true" />
      {children}
      {!isEmpty && (
        <button
          type="button"
          className={styles.clear}
          aria-label={`Clear ${label.toLowerCase()}`}
          onClick={onClear}
        >
          <IconX size={14} />
        </button>
      )}
      {after}
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
