/** The files that instances travel in. */
export interface Format {
  name: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
  label: string;
  /** For whom it is. */
  hint: string;
  mime: string;
}

export const FORMATS: readonly Format[] = [
  { name: "csv", label: "CSV", hint: "a table of text, for every tool", mime: "text/csv" },
  { name: "json", label: "JSON", hint: "one array", mime: "application/json" },
  { name: "ndjson", label: "NDJSON", hint: "an object a line, for pipes", mime: "application/x-ndjson" },
  {
    name: "xlsx",
    label: "Excel",
    hint: "a workbook",
    mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  },
  {
    name: "parquet",
    label: "Parquet",
    hint: "columns, for analysis",
    mime: "application/vnd.apache.parquet",
  },
];

/** The endings of files that can be imported. */
export const ENDINGS = ".csv,.json,.ndjson,.jsonl,.xlsx,.parquet";

/** The format of a file by the end of its name; null: none of ours. */
export function formatOf(fileName: string): Format | null {
  const ending = fileName.toLowerCase().split(".").at(-1);
  return FORMATS.find(({ name }) => name === (ending === "jsonl" ? "ndjson" : ending)) ?? null;
}
