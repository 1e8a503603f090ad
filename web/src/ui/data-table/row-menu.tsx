import { useEffect, useRef, useState } from "react";
import { IconButton } from "../button";
import { Keys } from "../keys";
import { Menu, MenuItem } from "../menu";
import type { RowAction } from "./columns";

interface Props<T> {
  row: T;
  name: string;
  actions: (row: T) => readonly RowAction[];
}

/** One path and made once: each row has them. */
const DOTS = (
  <svg viewBox="0 0 24 24" stroke="currentColor" strokeLinecap="round" aria-hidden="true">
    <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3.6" />
  </svg>
);

/** What can be done with a row, behind one button; its menu exists only while it is open. */
export function RowMenu<T>({ row, name, actions }: Props<T>) {
  const [opened, setOpened] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const wasOpened = useRef(false);
  useEffect(() => {
    // The focus was in the menu: it goes back to the row.
    if (wasOpened.current && !opened && document.activeElement === document.body)
      place.current?.closest<HTMLElement>("tr")?.focus();
    wasOpened.current = opened;
  }, [opened]);
  const button = (
    <IconButton
      size="small"
      label={`Actions of ${name}`}
      light
      tabIndex={-1}
      data-row-menu
      aria-haspopup="menu"
      aria-expanded={opened}
      onClick={() => setOpened(!opened)}
    >
      {DOTS}
    </IconButton>
  );
  return (
    <span ref={place}>
      {opened ? (
        <Menu outside opened onChange={setOpened} position="bottom-end" target={button}>
          {actions(row).map(({ label, run, danger, disabled, keys }) => (
            <MenuItem
              key={label}
              danger={danger}
              disabled={disabled}
              hint={keys && <Keys keys={keys} />}
              onSelect={() => {
                setOpened(false);
                run();
              }}
            >
              {label}
            </MenuItem>
          ))}
        </Menu>
      ) : (
        button
      )}
    </span>
  );
}
