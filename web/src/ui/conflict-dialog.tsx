import { type KeyboardEvent, useRef, useState } from "react";
import { plural } from "@/lib/numbers";
import { cx } from "./class-names";
import styles from "./conflict-dialog.module.css";
import { Dialog } from "./dialog";
import { FormActions } from "./form";
import { RelativeTime } from "./time";

/** A field that both sides changed, its values as texts. */
export interface ConflictField {
  name: string;
  label: string;
  was: string;
  theirs: string;
  /** Who changed it, and when. */
  by: string;
  at: string | null;
  yours: string;
  /** What a typed value may be; absent: any text. */
  options?: readonly string[];
  numeric?: boolean;
  check?: (text: string) => string | null;
}

/** A field that only one side changed: it is kept as it is. */
export interface MergedField {
  name: string;
  label: string;
  was: string;
  now: string;
  /** Who changed it; null: you. */
  by: string | null;
}

interface Props {
  /** What was edited: "chat-1". */
  what: string;
  fields: readonly ConflictField[];
  merged: readonly MergedField[];
  busy?: boolean;
  /** The values that were chosen, by field. */
  onSave: (values: Record<string, string>) => void;
  onClose: () => void;
}

type Side = "theirs" | "yours" | "other";

interface Choice {
  side: Side;
  typed: string;
}

/** Two people changed the same fields: was, theirs and yours stand beside each other, and each field is decided. */
export function ConflictDialog({ what, fields, merged, busy, onSave, onClose }: Props) {
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const body = useRef<HTMLTableSectionElement>(null);
  const open = fields.filter(({ name }) => choices[name] === undefined).length;
  const wrong = fields.some((field) => problemOf(field, choices[field.name]) !== null);
  const choose = (name: string, choice: Choice) => setChoices((old) => ({ ...old, [name]: choice }));

  /** 1 and 2 decide the row that has the focus, or the first one that is open, and go on to the next. */
  const onKeyDown = (event: KeyboardEvent) => {
    const side = ({ "1": "theirs", "2": "yours" } as const)[event.key];
    const target = event.target as HTMLElement;
    if (!side || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input:not([type=radio]), select")) return;
    event.preventDefault();
    event.stopPropagation();
    const own = target.closest("tr")?.dataset.field;
    const name = own ?? fields.find((field) => choices[field.name] === undefined)?.name ?? fields[0]?.name;
    const field = fields.find((one) => one.name === name);
    if (!field) return;
    choose(field.name, { side, typed: field[side] });
    const next = fields.find((one) => one.name !== name && choices[one.name] === undefined) ?? field;
    body.current?.querySelector<HTMLElement>(`tr[data-field="${next.name}"]`)?.focus();
  };

  return (
    <Dialog title={`${what} was changed by somebody else`} opened onClose={onClose} size={760}>
      <form
        className={styles.form}
        onKeyDown={onKeyDown}
        onSubmit={(event) => {
          event.preventDefault();
          if (open > 0 || wrong) return;
          onSave(
            Object.fromEntries(fields.map((field) => [field.name, chosenOf(field, choices[field.name])])),
          );
        }}
      >
        <p>
          You and somebody else changed {plural(fields.length, "field")} at the same time. Choose what stands
          in each; nothing is saved before.
        </p>
        <div className={styles.scroller}>
          <table className={styles.table} aria-label="Fields in conflict">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Was</th>
                <th scope="col">Theirs</th>
                <th scope="col">Yours</th>
                <th scope="col">Or another</th>
              </tr>
            </thead>
            <tbody ref={body}>
              {fields.map((field, index) => (
                <Row
                  key={field.name}
                  field={field}
                  choice={choices[field.name]}
                  first={index === 0}
                  onChoose={(choice) => choose(field.name, choice)}
                />
              ))}
            </tbody>
          </table>
        </div>
        {merged.length > 0 && <Merged fields={merged} />}
        <FormActions
          submitLabel="Save merged"
          busy={busy}
          disabled={
            open > 0
              ? `${plural(open, "field")} to decide: 1 takes theirs, 2 yours`
              : wrong
                ? "A typed value is not right"
                : null
          }
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

interface RowProps {
  field: ConflictField;
  choice: Choice | undefined;
  first: boolean;
  onChoose: (choice: Choice) => void;
}

function Row({ field, choice, first, onChoose }: RowProps) {
  const problem = problemOf(field, choice);
  const side = (which: "theirs" | "yours") => (
    <label className={cx(styles.side, choice?.side === which && styles.on)}>
      <input
        type="radio"
        name={`conflict ${field.name}`}
        checked={choice?.side === which}
        aria-label={`${field.label}: ${which === "theirs" ? `theirs, ${field.theirs}` : `yours, ${field.yours}`}`}
        onChange={() => onChoose({ side: which, typed: field[which] })}
      />
      <span className={styles.value}>{field[which] || "—"}</span>
    </label>
  );
  const typed = choice?.side === "other" ? choice.typed : "";
  const type = (value: string) => onChoose({ side: "other", typed: value });
  return (
    <tr data-field={field.name} tabIndex={-1} data-autofocus={first || undefined}>
      <th scope="row">{field.label}</th>
      <td className={styles.was}>{field.was || "—"}</td>
      <td>
        {side("theirs")}
        <span className={styles.who}>
          {field.by}, <RelativeTime time={field.at} />
        </span>
      </td>
      <td>{side("yours")}</td>
      <td>
        {field.options ? (
          <select
            aria-label={`${field.label}: another value`}
            value={typed}
            onChange={(event) => type(event.target.value)}
          >
            <option value="" disabled>
              …
            </option>
            {field.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        ) : (
          <input
            aria-label={`${field.label}: another value`}
            aria-invalid={problem !== null}
            inputMode={field.numeric ? "numeric" : undefined}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => type(event.target.value)}
          />
        )}
        {problem && (
          <span role="alert" className={styles.problem}>
            {problem}
          </span>
        )}
      </td>
    </tr>
  );
}

function Merged({ fields }: { fields: readonly MergedField[] }) {
  return (
    <details className={styles.merged}>
      <summary>{plural(fields.length, "other field")} changed by one side only, kept as it is</summary>
      <dl>
        {fields.map(({ name, label, was, now, by }) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>
              {was || "—"} → {now || "—"} <span className={styles.who}>{by ?? "you"}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function chosenOf(field: ConflictField, choice: Choice | undefined): string {
  if (choice === undefined) return field.yours;
  return choice.side === "other" ? choice.typed : field[choice.side];
}

function problemOf(field: ConflictField, choice: Choice | undefined): string | null {
  return choice?.side === "other" ? (field.check?.(choice.typed) ?? null) : null;
}
