import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { asOfParam, useAsOf } from "@/api/as-of";
import { download } from "@/api/download";
import { type ApiError, toApiError } from "@/api/errors";
import { formatInteger, plural } from "@/lib/numbers";
import { saveFile } from "@/lib/save-file";
import { formatBytes } from "@/lib/units";
import { CodeBlock } from "@/ui/code-block";
import { Dialog } from "@/ui/dialog";
import { ErrorSummary, FormActions } from "@/ui/form";
import { toast } from "@/ui/toasts";
import { filterParameters, type InstancesView, orderOf } from "./api";
import { reasonOf } from "./editing";
import { FIELDS } from "./fields";
import { FORMATS, type Format, textFile } from "./formats";
import styles from "./instances.module.css";
import { loadInstances } from "./selection";

interface ExportProps {
  view: InstancesView;
  /** Columns that the table shows. */
  columns: readonly string[];
  /** How many rows the filter lets through. */
  total: number;
  onClose: () => void;
}

/** All columns, in the server's order. */
const COLUMNS = ["id", ...FIELDS.map(({ name }) => name), "created_at", "updated_at", "project", "version"];

/** Saves the list as a file: which rows, which columns, which format. */
export function ExportDialog({ view, columns, total, onClose }: ExportProps) {
  const selected = view.sel ?? [];
  const [rows, setRows] = useState(selected.length > 0 ? "selected" : "filter");
  const [which, setWhich] = useState<"all" | "shown">("all");
  const client = useQueryClient();
  // The table shows a model with its version.
  const wanted = new Set(["name", ...columns, ...(columns.includes("model_name") ? ["model_version"] : [])]);
  const shown = COLUMNS.filter((name) => wanted.has(name));
  const isSelection = rows === "selected";
  const isFiltered = [view.filter, view.status, view.priority, view.model, view.cluster].some(Boolean);
  return (
    <SaveDialog
      title="Export instances"
      path="/api/instances/export"
      query={{
        ...(rows === "selected"
          ? { project: view.project, ids: selected.join(",") }
          : filterParameters(view)),
        ...orderOf(view),
        columns: which === "shown" ? shown.join(",") : undefined,
      }}
      ownFile={
        isSelection
          ? async (format) => {
              const found = await loadInstances(client, selected);
              return textFile(format, found, which === "shown" ? shown : COLUMNS);
            }
          : undefined
      }
      onClose={onClose}
    >
      {selected.length > 0 && (
        <Options
          legend="Rows"
          value={rows}
          options={[
            { value: "selected", label: `The ${formatInteger(selected.length)} selected` },
            { value: "filter", label: `All ${plural(total, "row")} of the list` },
          ]}
          onChange={setRows}
        />
      )}
      {selected.length === 0 && (
        <p className={styles.soft}>
          {isFiltered ? "The rows that the filter lets through: " : "All rows of the list: "}
          {plural(total, "instance")}.
        </p>
      )}
      <Options
        legend="Columns"
        value={which}
        options={[
          { value: "all", label: "All of them" },
          { value: "shown", label: `Those that the table shows: ${shown.join(", ")}` },
        ]}
        onChange={(value) => setWhich(value as "all" | "shown")}
      />
    </SaveDialog>
  );
}

/** Saves the whole history of an instance as a file. */
export function HistoryExportDialog({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <SaveDialog
      title="Export the history"
      path={`/api/instances/${id}/history/export`}
      query={asOfParam(useAsOf())}
      onClose={onClose}
    >
      <p className={styles.soft}>Every change that was ever made, with who made it and when.</p>
    </SaveDialog>
  );
}

interface SaveProps {
  title: string;
  path: string;
  query: Record<string, string | undefined>;
  /** Makes the file here, where the server has no list of these rows: of a format that is a text. */
  ownFile?: (format: Format["name"]) => Promise<string>;
  onClose: () => void;
  children: ReactNode;
}

function SaveDialog({ title, path, query, ownFile, onClose, children }: SaveProps) {
  const [format, setFormat] = useState<Format["name"]>("csv");
  const offered = FORMATS.filter(({ isText }) => isText || !ownFile);
  const chosen = offered.find(({ name }) => name === format) ?? (FORMATS[0] as Format);
  const [bytes, setBytes] = useState<number | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const controller = new AbortController();
    stop.current = controller;
    setFailure(null);
    setBytes(0);
    try {
      const { name, mime } = chosen;
      if (ownFile) saveFile(new Blob([await ownFile(name)], { type: mime }), `instances-selection.${name}`);
      else await download(path, { format: name, ...query }, controller.signal, setBytes);
      toast({ tone: "ok", title: "The file is saved" });
      onClose();
    } catch (error) {
      if (!controller.signal.aborted) setFailure(toApiError(error));
    } finally {
      setBytes(null);
    }
  };
  const command = failure?.details.install ?? failure?.details.command;
  return (
    <Dialog title={title} opened onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        {failure && (
          <>
            <ErrorSummary problems={[{ field: null, message: reasonOf(failure) }]} />
            {typeof command === "string" && <CodeBlock label="On the server" code={command} />}
          </>
        )}
        <Options
          legend="Format"
          value={chosen.name}
          options={offered.map(({ name, label, hint }) => ({ value: name, label, hint }))}
          onChange={(value) => setFormat(value as Format["name"])}
        />
        {children}
        <FormActions submitLabel="Export" busy={bytes !== null} onCancel={onClose}>
          {bytes !== null && <span role="status">{formatBytes(bytes)} so far</span>}
        </FormActions>
      </form>
    </Dialog>
  );
}

interface OptionsProps {
  legend: string;
  value: string;
  options: readonly { value: string; label: string; hint?: string }[];
  onChange: (value: string) => void;
}

/** A choice of one, each with its words. */
export function Options({ legend, value, options, onChange }: OptionsProps) {
  return (
    <fieldset className={styles.options}>
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input
            type="radio"
            name={legend}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label} {option.hint && <span className={styles.mute}>{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
