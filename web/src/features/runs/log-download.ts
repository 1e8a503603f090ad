import { stripAnsi } from "@/lib/ansi";
import { saveFile } from "@/lib/save-file";
import { fetchLines, type LogQuestion } from "./log-api";

const LINES_PER_CALL = 10_000;

/** The lines to save: all up to a number, or those that a question leaves. */
export interface Selection {
  question: LogQuestion;
  /** Numbers of the lines, ascending; null: all from `first` to `last`. */
  numbers: readonly number[] | null;
  first: number;
  last: number;
}

/**
 * Save lines as a text file: time, level and text of each.
 *
 * Raises: ApiError when a part cannot be read; then nothing is saved.
 */
export async function downloadLog(
  id: string,
  { question, numbers, first, last }: Selection,
  onProgress: (share: number) => void,
): Promise<void> {
  const total = numbers?.length ?? last - first + 1;
  const parts: string[] = [];
  for (let saved = 0; saved < total; ) {
    const from = numbers ? (numbers[saved] ?? last) : first + saved;
    const lines = await fetchLines(id, question, from, Math.min(LINES_PER_CALL, total - saved));
    if (lines.length === 0) break;
    for (const { time, level, text } of lines)
      parts.push(`${time} ${(level ?? "-").padEnd(8)} ${stripAnsi(text)}\n`);
    saved += lines.length;
    onProgress(saved / total);
  }
  saveFile(new Blob(parts, { type: "text/plain;charset=utf-8" }), `${id.slice(0, 8)}.log`);
}
