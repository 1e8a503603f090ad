import { Popover } from "@mantine/core";
import { type KeyboardEvent, type RefObject, useId, useState } from "react";
import { flushSync } from "react-dom";
import type { Suggestion } from "@/lib/filter-suggestions";
import styles from "./completing-field.module.css";
import { type FilterCompletion, useSuggestions } from "./filter-completion";
import { FilterFrame, REST_MS } from "./text-field";
import { useToldText } from "./use-told-text";

interface Props {
  label: string;
  placeholder: string;
  value: string;
  /** Called when typing rests, and at once by Enter and by clearing. */
  onChange: (value: string) => void;
  fieldRef: RefObject<HTMLInputElement | null>;
  error: string | null;
  completion: FilterCompletion;
}

/**
 * A field for filters of the grammar that offers names, operators and values where they fit.
 *
 * Down and Up choose, Enter or Tab takes, Esc closes; without a choice Enter filters by what is typed.
 */
export function CompletingField({ label, placeholder, value, onChange, fieldRef, error, completion }: Props) {
  const { typed, isTold, type, say, hold } = useToldText({
    value,
    onChange,
    delayMs: REST_MS,
    atOnce: false,
  });
  const [caret, setCaret] = useState(value.length);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const listId = useId();
  const { suggestions, taken, isBegun } = useSuggestions(completion, typed, caret, isOpen);
  const isShown = suggestions.length > 0;
  const current = Math.min(chosen, suggestions.length - 1);

  const open = (shown: boolean) => {
    setOpen(shown);
    setChosen(-1);
  };
  const take = (suggestion: Suggestion) => {
    const next = taken(suggestion);
    flushSync(() => {
      hold(next.text);
      setCaret(next.caret);
      open(true);
    });
    fieldRef.current?.setSelectionRange(next.caret, next.caret);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const wanted = suggestions[event.key === "Tab" && isBegun ? Math.max(current, 0) : current];
    const takes = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
    if (step && isShown) setChosen(moved(current, step, suggestions.length));
    else if (event.key === "ArrowDown") open(true);
    else if (takes && wanted) take(wanted);
    else if (event.key === "Enter") {
      open(false);
      say(typed);
    } else if (event.key === "Escape" && isShown) open(false);
    else if (event.key === "Escape" && typed === "") fieldRef.current?.blur();
    else if (event.key === "Escape") say("");
    else return;
    event.preventDefault();
  };
  return (
    <Popover
      opened={isShown}
      position="bottom-start"
      offset={4}
      width={340}
      withRoles={false}
      // It belongs to the field's landmark, and leaves a toolbar that scrolls.
      withinPortal={false}
      floatingStrategy="fixed"
      transitionProps={{ duration: 0 }}
      classNames={{ dropdown: styles.dropdown }}
    >
      <Popover.Target>
        <FilterFrame
          label={label}
          error={error}
          isEmpty={typed === ""}
          onClear={() => {
            open(false);
            say("");
            fieldRef.current?.focus();
          }}
        >
          <input
            ref={fieldRef}
            type="text"
            role="combobox"
            enterKeyHint="search"
            aria-label={label}
            aria-invalid={error ? true : undefined}
            aria-autocomplete="list"
            aria-expanded={isShown}
            aria-controls={isShown ? listId : undefined}
            aria-activedescendant={isShown && current >= 0 ? `${listId}-${current}` : undefined}
            placeholder={placeholder}
            value={typed}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={({ target }) => {
              type(target.value);
              setCaret(target.selectionStart ?? target.value.length);
              open(target.value !== "");
            }}
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? 0)}
            onBlur={() => {
              open(false);
              if (!isTold) say(typed);
            }}
            onKeyDown={onKeyDown}
          />
        </FilterFrame>
      </Popover.Target>
      <Popover.Dropdown>
        <Suggestions id={listId} all={suggestions} current={current} onChoose={setChosen} onTake={take} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Beyond either end nothing is chosen, then the other end. */
function moved(current: number, step: number, count: number): number {
  const next = current + step;
  if (next < -1) return count - 1;
  return next >= count ? -1 : next;
}

interface SuggestionsProps {
  id: string;
  all: readonly Suggestion[];
  current: number;
  onChoose: (index: number) => void;
  onTake: (suggestion: Suggestion) => void;
}

function Suggestions({ id, all, current, onChoose, onTake }: SuggestionsProps) {
  return (
    <div id={id} role="listbox" aria-label="Suggestions">
      {all.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={suggestion.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === current}
          tabIndex={-1}
          className={styles.option}
          ref={(element) => {
            if (index === current) element?.scrollIntoView({ block: "nearest" });
          }}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onChoose(index)}
          onClick={() => onTake(suggestion)}
        >
          <code>{suggestion.label}</code>
          <span className={styles.hint}>{suggestion.hint}</span>
        </div>
      ))}
    </div>
  );
}
