import { IconColumns3 } from "@tabler/icons-react";
import { useState } from "react";
import { plural } from "@/lib/numbers";
import { Button } from "../button";
import { Popover } from "../popover";
import styles from "./column-picker.module.css";

export interface ColumnChoice {
  id: string;
  header: string;
  group: string;
}

interface Props {
  /** Every column that may be shown. */
  choices: readonly ColumnChoice[];
  shown: readonly string[];
  onChange: (shown: string[]) => void;
  /** Back to what is shown before anybody chose; absent: that is what is shown. */
  onReset?: () => void;
}

/** Chooses which columns a table shows, out of a few or of hundreds. */
export function ColumnPicker(props: Props) {
  return (
    <Popover
      label="Columns"
      target={({ expanded, toggle }) => (
        <Button
          icon={<IconColumns3 />}
          aria-haspopup="dialog"
          aria-expanded={expanded}
          className={styles.target}
          onClick={toggle}
        >
          Columns
        </Button>
      )}
    >
      {() => <Choices {...props} />}
    </Popover>
  );
}

/** How many choices are drawn; typing finds the others. */
const MOST = 200;

function Choices({ choices, shown, onChange, onReset }: Props) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const found = choices.filter(({ header }) => header.toLowerCase().includes(wanted));
  const drawn = found.slice(0, MOST);
  const toggle = (id: string) =>
    onChange(shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]);
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
              <label key={id} className={styles.choice} title={header}>
                <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} />
                <span>{header}</span>
              </label>
            ))}
        </fieldset>
      ))}
      <p role="status" className={styles.foot}>
        {found.length === 0
          ? `No column contains “${typed}”.`
          : found.length > MOST && `${plural(found.length - MOST, "more column")}: type to find them.`}
      </p>
      {onReset && (
        <Button size="small" onClick={onReset}>
          Reset
        </Button>
      )}
    </>
  );
}
