import { IconColumns3, IconPin, IconPinFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { plural } from "@/lib/numbers";
import { Button, IconButton } from "../button";
import { Popover } from "../popover";
import styles from "./column-picker.module.css";

export interface ColumnChoice {
  id: string;
  header: string;
  group: string;
}

interface Props {
  /** What is chosen. */
  label?: string;
  /** Every column that may be shown. */
  choices: readonly ColumnChoice[];
  shown: readonly string[];
  onChange: (shown: string[]) => void;
  /** Back to what is shown before anybody chose; absent: that is what is shown. */
  onReset?: () => void;
  /** Somebody looks for columns beyond `choices`: those that are found come as further choices. */
  onFind?: (typed: string) => void;
  /** Said under the choices, such as that more are found by typing. */
  note?: string | null;
  /** Columns that stay while the others scroll sideways; absent: none can. */
  pins?: { pinned: readonly string[]; onChange: (pinned: string[]) => void };
}

/** How long typing rests before it is looked for. */
const REST_MS = 150;

/** Chooses which columns a table shows, out of a few or of hundreds. */
export function ColumnPicker({ label = "Columns", ...props }: Props) {
  return (
    <Popover
      label={label}
      target={({ expanded, toggle }) => (
        <Button
          icon={<IconColumns3 />}
          aria-haspopup="dialog"
          aria-expanded={expanded}
          className={styles.target}
          onClick={toggle}
        >
          {label}
        </Button>
      )}
    >
      {() => <Choices {...props} />}
    </Popover>
  );
}

/** How many choices are drawn; typing finds the others. */
const MOST = 200;

function Choices({ choices, shown, onChange, onReset, onFind, note, pins }: Omit<Props, "label">) {
  const [typed, setTyped] = useState("");
  const finder = useRef(onFind);
  useEffect(() => {
    finder.current = onFind;
  }, [onFind]);
  useEffect(() => {
    const timer = setTimeout(() => finder.current?.(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => () => finder.current?.(""), []);
  const wanted = typed.trim().toLowerCase();
  const found = choices.filter(({ header }) => header.toLowerCase().includes(wanted));
  const drawn = found.slice(0, MOST);
  const toggle = (id: string) => onChange(toggled(shown, id));
  return (
    <>
      <input
        type="search"
        className={styles.find}
        aria-label="Find a column"
        placeholder="Find a column"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {[...new Set(drawn.map(({ group }) => group))].map((group) => (
        <fieldset key={group} className={styles.group}>
          <legend>{group}</legend>
          {drawn
            .filter((choice) => choice.group === group)
            .map(({ id, header }) => (
              <div key={id} className={styles.line}>
                <label className={styles.choice} title={header}>
                  <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} />
                  <span>{header}</span>
                </label>
                {pins && shown.includes(id) && (
                  <IconButton
                    size="small"
                    light
                    label={`Keep ${header} in view`}
                    aria-pressed={pins.pinned.includes(id)}
                    onClick={() => pins.onChange(toggled(pins.pinned, id))}
                  >
                    {pins.pinned.includes(id) ? <IconPinFilled /> : <IconPin />}
                  </IconButton>
                )}
              </div>
            ))}
        </fieldset>
      ))}
      <p role="status" className={styles.foot}>
        {found.length === 0
          ? `No column contains “${typed}”.`
          : found.length > MOST
            ? `${plural(found.length - MOST, "more column")}: type to find them.`
            : note}
      </p>
      {onReset && (
        <Button size="small" onClick={onReset}>
          Reset
        </Button>
      )}
    </>
  );
}

function toggled(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
}
