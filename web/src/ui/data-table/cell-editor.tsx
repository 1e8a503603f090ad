import { IconCheck } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Menu, MenuItem } from "../menu";
import type { CellEdit } from "./columns";
import styles from "./data-table.module.css";

/** Where the focus goes after an edit: back to the cell, on to a cell beside it, or wherever it went by itself. */
export type AfterEdit = "stay" | "next" | "previous" | "away";

interface Props<T> {
  /** What is edited: "Replicas of chat-1". */
  label: string;
  row: T;
  edit: CellEdit<T>;
  onDone: (after: AfterEdit) => void;
}

/** A cell's value as a field: Enter keeps it, Escape gives it up, Tab keeps it and goes on. */
export function CellEditor<T>(props: Props<T>) {
  return props.edit.kind === "choice" ? <ChoiceEditor {...props} /> : <TextEditor {...props} />;
}

function TextEditor<T>({ label, row, edit, onDone }: Props<T>) {
  const [text, setText] = useState(() => edit.value(row));
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  const errorId = useId();
  const wrong = edit.check(text);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const finish = (keep: boolean, after: AfterEdit) => {
    if (done.current) return;
    done.current = true;
    if (keep && text.trim() !== edit.value(row)) {
      if (wrong === null) edit.commit(row, text);
      else edit.refuse(row, text, wrong);
    }
    onDone(after);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") finish(false, "stay");
    else if (event.key === "Enter" && wrong === null) finish(true, "stay");
    else if (event.key === "Tab" && wrong === null) finish(true, event.shiftKey ? "previous" : "next");
    else if (event.key !== "Enter" && event.key !== "Tab") return;
    event.preventDefault();
  };
  return (
    <span className={styles.editor} data-editor>
      <input
        ref={field}
        aria-label={label}
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : errorId}
        inputMode={edit.kind === "number" ? "numeric" : undefined}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => finish(true, "away")}
      />
      {wrong !== null && (
        <span id={errorId} role="alert" className={styles.wrong}>
          {wrong}
        </span>
      )}
    </span>
  );
}

function ChoiceEditor<T>({ label, row, edit, onDone }: Props<T>) {
  const current = edit.value(row);
  const chosen = useRef(false);
  return (
    <span className={styles.editor} data-editor>
      <Menu
        outside
        opened
        onChange={(opened) => {
          if (!opened && !chosen.current) onDone("stay");
        }}
        target={
          <button type="button" className={styles.choice} aria-label={label}>
            {current}
          </button>
        }
      >
        {edit.options?.map((option) => (
          <MenuItem
            key={option}
            hint={option === current && <IconCheck size={15} aria-label="now" />}
            onSelect={() => {
              chosen.current = true;
              if (option !== current) edit.commit(row, option);
              onDone("stay");
            }}
          >
            {option}
          </MenuItem>
        ))}
      </Menu>
    </span>
  );
}
