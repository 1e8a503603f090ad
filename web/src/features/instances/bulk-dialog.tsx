import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { writeHeaders } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import type { Instance } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Dialog, ReasonField } from "@/ui/dialog";
import { ErrorSummary, FieldGrid, FormActions, SelectField, TextField } from "@/ui/form";
import { fetchInstances } from "./api";
import { reasonOf } from "./editing";
import { FIELDS, type FieldName, fieldOf, labelOf, parse, problemOf, textOf } from "./fields";
import styles from "./instances.module.css";
import { rowProblems } from "./row-problems";
import { bulk, tellDone, undoOfUpdate } from "./saving";

interface Props {
  instances: readonly Instance[];
  /** What is to be changed at first. */
  field: FieldName;
  value?: string;
  onClose: () => void;
  onDone: () => void;
}

/** The fields that many instances may share. */
const SHARED = FIELDS.filter(({ name }) => name !== "name");
const NAMED = 200;

/** Changes one field of many instances: a preview of each row, then all of them or none. */
export function BulkDialog({ instances, field: first, value: firstValue, onClose, onDone }: Props) {
  const client = useQueryClient();
  const [rows, setRows] = useState(instances);
  const [name, setName] = useState(first);
  const [value, setValue] = useState(firstValue ?? startOf(first, instances));
  const [left, setLeft] = useState(false);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const headers = useRef(writeHeaders());

  const wrong = problemOf(name, value);
  const next = wrong === null ? parse(name, value) : null;
  const changing = rows.filter((one) => one[name] !== next);
  const problems = rowProblems(failure, "update");
  // What the server said is of the rows that were sent, in their order.
  const problemOfRow = new Map(changing.map(({ id }, index) => [id, problems.get(index)]));
  const failed = changing.filter(({ id }) => problemOfRow.get(id) !== undefined);

  const anew = () => {
    headers.current = writeHeaders();
    setFailure(null);
  };
  const readAgain = async () => {
    setRows(await fetchInstances(rows.map(({ id }) => String(id))));
    anew();
  };
  const apply = async () => {
    setLeft(true);
    if (wrong !== null || changing.length === 0) return;
    setBusy(true);
    try {
      const body = changing.map(({ id, version }) => ({ id, version, [name]: next }));
      const answer = await bulk(client, { update: body }, reason, headers.current);
      tellDone(
        client,
        `${plural(changing.length, "instance")}: ${labelOf(name).toLowerCase()} ${value}`,
        undoOfUpdate(answer, changing, [name]),
        changing.map((one) => one.name),
      );
      onDone();
      onClose();
    } catch (error) {
      if (toApiError(error).status !== 0) headers.current = writeHeaders();
      setFailure(toApiError(error));
      setBusy(false);
    }
  };

  const { options, kind } = fieldOf(name);
  const shared = {
    name: "value",
    label: "New value",
    value,
    error: left ? wrong : null,
    autoFocus: true,
    onBlur: () => setLeft(true),
    onChange: (text: string) => {
      setValue(text);
      anew();
    },
  };
  return (
    <Dialog title={`Edit ${plural(instances.length, "instance")}`} opened onClose={onClose} size={640}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        <FieldGrid>
          <SelectField
            name="field"
            label="Field"
            value={labelOf(name)}
            options={SHARED.map(({ label }) => label)}
            onChange={(label) => {
              const chosen = SHARED.find((one) => one.label === label)?.name ?? name;
              setName(chosen);
              setValue(startOf(chosen, rows));
              setLeft(false);
              anew();
            }}
          />
          {options ? (
            <SelectField {...shared} options={options} />
          ) : (
            <TextField {...shared} numeric={kind === "number"} />
          )}
        </FieldGrid>
        {failure && (
          <div className={styles.form}>
            <ErrorSummary
              problems={[
                {
                  field: null,
                  message:
                    failed.length > 0
                      ? `Nothing was changed: ${plural(failed.length, "row")} could not be`
                      : `Nothing was changed: ${reasonOf(failure)}`,
                },
              ]}
            />
            {failed.length > 0 && (
              <div className={styles.draft}>
                <Button
                  size="small"
                  onClick={() => {
                    setRows(rows.filter((one) => !failed.includes(one)));
                    anew();
                  }}
                >
                  Leave them out
                </Button>
                <Button size="small" onClick={() => void readAgain()}>
                  Read the rows again
                </Button>
              </div>
            )}
          </div>
        )}
        <Preview rows={rows} name={name} next={next} problemOfRow={problemOfRow} />
        <ReasonField value={reason} onChange={setReason} />
        <FormActions
          submitLabel={
            changing.length === 0 ? "Nothing to change" : `Change ${plural(changing.length, "instance")}`
          }
          busy={busy}
          disabled={changing.length === 0 ? "Every row has this value" : null}
          onCancel={onClose}
        >
          All or nothing
          {rows.length > changing.length && `; ${plural(rows.length - changing.length, "row")} as it is`}
        </FormActions>
      </form>
    </Dialog>
  );
}

interface PreviewProps {
  rows: readonly Instance[];
  name: FieldName;
  /** The value to be; null: what is typed is none yet. */
  next: unknown;
  problemOfRow: ReadonlyMap<number, string | undefined>;
}

function Preview({ rows, name, next, problemOfRow }: PreviewProps) {
  return (
    <div className={styles.preview} tabIndex={0} role="group" aria-label="Preview">
      <table>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">{labelOf(name)} now</th>
            <th scope="col">Then</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, NAMED).map((row) => {
            const problem = problemOfRow.get(row.id);
            const same = row[name] === next;
            return (
              <tr key={row.id} data-problem={problem ? true : undefined} data-same={same || undefined}>
                <td>{row.name}</td>
                <td>{textOf(row[name]) || "—"}</td>
                <td>{problem ?? (same ? "as it is" : textOf(next) || "—")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length > NAMED && <p className={styles.more}>and {formatInteger(rows.length - NAMED)} more</p>}
    </div>
  );
}

/** The value that most rows have: what is typed begins there. */
function startOf(name: FieldName, rows: readonly Instance[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(textOf(row[name]), (counts.get(textOf(row[name])) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? fieldOf(name).initial;
}
