/** A stretch of terminal text in one style. */
export interface AnsiSpan {
  text: string;
  /** 0–7 as terminals number them (8–15 are shown as 0–7), `null`: the default. */
  color: number | null;
  bold: boolean;
  dim: boolean;
}

const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this module reads
  /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Split a line by its colour codes; every other control sequence is dropped. */
export function parseAnsi(line: string): AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  let style = { color: null as number | null, bold: false, dim: false };
  let end = 0;
  const push = (text: string) => {
    if (text !== "") spans.push({ text, ...style });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    push(line.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[2] === "m") style = restyle(style, match[1] ?? "");
  }
  push(line.slice(end));
  return spans;
}

function restyle(style: { color: number | null; bold: boolean; dim: boolean }, codes: string) {
  let next = { ...style };
  const numbers = codes.split(";").map(Number);
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) next = { color: null, bold: false, dim: false };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 90;
    else if (code === 39) next.color = null;
    else if (code === 38 || code === 48) index += numbers[index + 1] === 5 ? 2 : 4;
  }
  return next;
}

/** The line without any control sequence. */
export function stripAnsi(line: string): string {
  return line.replace(SEQUENCE, "");
}
