/** The files that instances travel in. */
export interface Format {
  name: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
  label: string;
  /** For whom it is. */
  hint: string;
  mime: string;
  /** Whether the page itself can write it. */
  isText: boolean;
}

export const FORMATS: readonly Format[] = [
  { name: "csv", label: "CSV", hint: "a table of text, for every tool", mime: "text/csv", isText: true },
  { name: "json", label: "JSON", hint: "one array", mime: "application/json", isText: true },
  {
    name: "ndjson",
    label: "NDJSON",
    hint: "an object a line, for pipes",
    mime: "application/x-ndjson",
    isText: true,
  },
  {
    name: "xlsx",
    label: "Excel",
    hint: "a workbook",
    mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    isText: false,
  },
  {
    name: "parquet",
    label: "Parquet",
    hint: "columns, for analysis",
    mime: "application/vnd.apache.parquet",
    isText: false,
  },
];

/** The endings of files that can be imported. */
export const ENDINGS = ".csv,.json,.ndjson,.jsonl,.xlsx,.parquet";

/** The format of a file by the end of its name; null: none of ours. */
export function formatOf(fileName: string): Format | null {
  const ending = fileName.toLowerCase().split(".").at(-1);
  return FORMATS.find(({ name }) => name === (ending === "jsonl" ? "ndjson" : ending)) ?? null;
}

/** Some rows as a file of one of the text formats, as the server writes it. */
export function textFile(
  name: Format["name"],
  rows: readonly Record<string, unknown>[],
  columns: readonly string[],
): string {
  const chosen = rows.map((row) =>
    Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
  );
  if (name === "json") return JSON.stringify(chosen);
  if (name === "ndjson") return chosen.map((row) => `${JSON.stringify(row)}\n`).join("");
  return [columns, ...chosen.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `${cells.map(csvCell).join(",")}\r\n`)
    .join("");
}

/** A cell of CSV. One that a spreadsheet would take for a formula is kept a text. */
function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
