import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { cx } from "./class-names";
import { Tooltip } from "./tooltip";

interface Look {
  /** `primary` is the one action of a page, `danger` destroys, `quiet` has no border. */
  variant?: "primary" | "default" | "quiet" | "danger";
  size?: "normal" | "small";
}

interface ButtonProps extends Look, ComponentProps<"button"> {
  icon?: ReactNode;
  /** The action is under way: the button stays, says so and cannot be pressed again. */
  busy?: boolean;
}

export function Button({
  variant = "default",
  size = "normal",
  icon,
  busy,
  children,
  className,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        styles.button,
        variant !== "default" && styles[variant],
        size === "small" && styles.small,
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Look, Omit<ComponentProps<"button">, "aria-label" | "children"> {
  /** What it does: the accessible name, and the tooltip. */
  label: string;
  /** The key that does the same, for the tooltip. */
  keys?: string;
  /** One of hundreds in a list: its tooltip is the browser's own, which costs nothing until it is shown. */
  light?: boolean;
  children: ReactNode;
}

export function IconButton({
  label,
  keys,
  light,
  variant = "quiet",
  size = "normal",
  className,
  children,
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      type="button"
      {...rest}
      title={light ? label : undefined}
      aria-label={label}
      className={cx(styles.button, styles.icon, styles[variant], size === "small" && styles.small, className)}
    >
      {children}
    </button>
  );
  return light ? (
    button
  ) : (
    <Tooltip label={label} keys={keys}>
      {button}
    </Tooltip>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
}

/** A choice of one among few, as radio buttons that look like one control. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <fieldset className={styles.segmented}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.segment} data-on={option.value === value || undefined}>
          <input
            type="radio"
            className="sr-only"
            name={label}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
