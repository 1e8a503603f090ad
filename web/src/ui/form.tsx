import { type CSSProperties, type MouseEvent, type ReactNode, useId } from "react";
import { Button } from "./button";
import styles from "./form.module.css";

interface FieldProps {
  label: string;
  /** How others find the field: its `name`. */
  name: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** What is wrong with it. */
  error?: string | null;
  hint?: ReactNode;
  required?: boolean;
  autoFocus?: boolean;
  /** Its share of a `FieldGrid`'s twelve columns. */
  span?: 3 | 4 | 6 | 8 | 12;
}

interface FrameProps extends Pick<FieldProps, "label" | "error" | "hint" | "required" | "span"> {
  id: string;
  children: ReactNode;
}

function Frame({ id, label, error, hint, required, span = 6, children }: FrameProps) {
  return (
    <div
      className={styles.field}
      style={{ "--span": span, "--phone-span": span > 6 ? 12 : 6 } as CSSProperties}
    >
      <label htmlFor={id}>
        {label}
        {required && <span aria-hidden="true"> *</span>}
      </label>
      {children}
      {(error || hint) && (
        <p id={`${id}-note`} className={error ? styles.error : styles.hint}>
          {error || hint}
        </p>
      )}
    </div>
  );
}

/** What the field itself gets, in whichever form. */
function shared(id: string, { name, value, error, hint, required, onBlur, autoFocus }: FieldProps) {
  return {
    id,
    name,
    value,
    onBlur,
    required,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error || hint ? `${id}-note` : undefined,
    "data-autofocus": autoFocus || undefined,
  };
}

interface TextProps extends FieldProps {
  numeric?: boolean;
  /** Lines, where it may have several. */
  rows?: number;
  /** Values that others have. */
  suggestions?: readonly string[];
}

export function TextField(props: TextProps) {
  const id = useId();
  const { numeric, rows, suggestions, onChange } = props;
  return (
    <Frame id={id} {...props}>
      {rows ? (
        <textarea {...shared(id, props)} rows={rows} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          {...shared(id, props)}
          inputMode={numeric ? "numeric" : undefined}
          autoComplete="off"
          spellCheck={false}
          list={suggestions?.length ? `${id}-list` : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {suggestions && suggestions.length > 0 && (
        <datalist id={`${id}-list`}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </Frame>
  );
}

export function SelectField({ options, ...props }: FieldProps & { options: readonly string[] }) {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <select {...shared(id, props)} onChange={(event) => props.onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** Fields beside each other, in twelve columns. */
export function FieldGrid({ children }: { children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>;
}

export interface FieldProblem {
  /** The field's `name`; null: none of the fields. */
  field: string | null;
  /** A whole sentence: it stands at the field and in the summary. */
  message: string;
}

/** What is wrong with a form, with the way to each field. */
export function ErrorSummary({ problems }: { problems: readonly FieldProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="alert" className={styles.summary}>
      <strong>
        {problems.length === 1 ? "One thing is not right yet" : "Some things are not right yet"}
      </strong>
      <ul>
        {problems.map(({ field, message }) => (
          <li key={`${field} ${message}`}>
            {field === null ? (
              message
            ) : (
              <button type="button" onClick={(event) => focusField(event.currentTarget, field)}>
                {message}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function focusField(from: Element, name: string): void {
  const field = from.closest("form")?.elements.namedItem(name);
  if (field instanceof HTMLElement) field.focus();
}

interface ActionsProps {
  submitLabel: string;
  busy?: boolean;
  disabled?: string | null;
  danger?: boolean;
  onCancel: () => void;
  /** Left of the buttons: what else is to be said. */
  children?: ReactNode;
}

/** The field that had the focus keeps it: an error that appears when it is left would move the button away. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

/** The end of a form: what sends it, and the way out. */
export function FormActions({ submitLabel, busy, disabled, danger, onCancel, children }: ActionsProps) {
  return (
    <div className={styles.actions}>
      <div className={styles.note}>{disabled ?? children}</div>
      <Button onClick={onCancel} onMouseDown={keepFocus}>
        Cancel
      </Button>
      <Button
        type="submit"
        variant={danger ? "danger" : "primary"}
        busy={busy}
        disabled={Boolean(disabled)}
        onMouseDown={keepFocus}
      >
        {submitLabel}
      </Button>
    </div>
  );
}
