import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { formatInteger } from "@/lib/numbers";
import { Button } from "./button";
import styles from "./choice-filter.module.css";
import { Popover } from "./popover";

interface Choice {
  value: string;
  /** How many there are of it. */
  count?: number;
}

interface Props {
  /** What is filtered: "Cluster". */
  label: string;
  choices: readonly Choice[];
  value: string | undefined;
  /** One of the values must be chosen: it is no filter. */
  noAll?: boolean;
  /** What it is called to choose none of them. */
  allLabel?: string;
  onChange: (value: string | undefined) => void;
}

/** A filter to one of some values; the button says which one holds. */
export function ChoiceFilter({ label, choices, value, noAll, allLabel = "All", onChange }: Props) {
  const known = choices.some((choice) => choice.value === value);
  const all = value === undefined || known ? choices : [{ value }, ...choices];
  return (
    <Popover
      label={label}
      width={240}
      position="bottom-start"
      target={({ expanded, toggle }) => (
        <Button
          className={value === undefined ? undefined : styles.on}
          aria-haspopup="dialog"
          aria-expanded={expanded}
          onClick={toggle}
        >
          {label}
          {value !== undefined && <span className={styles.value}>{value}</span>}
          <IconChevronDown />
        </Button>
      )}
    >
      {(close) => (
        <ul className={styles.list}>
          {!noAll && (
            <Entry
              label={allLabel}
              on={value === undefined}
              onChoose={() => close(() => onChange(undefined))}
            />
          )}
          {all.map((choice) => (
            <Entry
              key={choice.value}
              label={choice.value}
              count={choice.count}
              on={choice.value === value}
              onChoose={() => close(() => onChange(choice.value))}
            />
          ))}
        </ul>
      )}
    </Popover>
  );
}

interface EntryProps {
  label: string;
  count?: number;
  on: boolean;
  onChoose: () => void;
}

function Entry({ label, count, on, onChoose }: EntryProps) {
  return (
    <li>
      <button
        type="button"
        className={styles.entry}
        aria-pressed={on}
        data-autofocus={on || undefined}
        onClick={onChoose}
      >
        <span className={styles.mark}>{on && <IconCheck size={14} aria-hidden="true" />}</span>
        <span className={styles.name}>{label}</span>
        {count !== undefined && <span className={styles.count}>{formatInteger(count)}</span>}
      </button>
    </li>
  );
}
