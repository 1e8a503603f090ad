/**
 * The place in a filter at which somebody types, and what may stand there.
 *
 * The words are cut as the server cuts them (`kernel/filters/tokens.py`), but unfinished ones are as good as others.
 */

type Kind = "blank" | "text" | "name" | "number" | "operator" | "punctuation";

interface Token {
  kind: Kind;
  source: string;
  start: number;
  end: number;
}

const TOKENS: readonly [Kind, RegExp][] = [
  ["blank", /\s+/uy],
  ["text", /'[^']*'?|"[^"]*"?/uy],
  ["number", /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy],
  // A key that follows its dot may be quoted.
  ["name", /[\p{L}_][\p{L}\p{N}_.\-/:]*(?:(?<=\.)(?:`[^`]*`?|"[^"]*"?))?/uy],
  ["operator", /<=|>=|!=|<>|==|[=<>!]/uy],
  ["punctuation", /[(),]/uy],
];

export interface Place {
  expects: "name" | "operator" | "value" | "listed" | "join";
  /** What is there already of it, and from where to where a suggestion takes its place. */
  typed: string;
  from: number;
  to: number;
  /** The name whose operator or value is expected. */
  name?: string;
}

/** What may stand at the caret; null: nothing that could be suggested, such as behind a word that no filter has. */
export function placeAt(text: string, caret: number): Place | null {
  const words = wordsOf(text.slice(0, caret));
  const last = words?.at(-1);
  if (words === null || (last?.kind === "text" && last.end === caret && isFinished(last))) return null;
  const touched = last && last.end === caret && !isFinished(last) ? last : undefined;
  const reader = new Reader();
  for (const word of touched ? words.slice(0, -1) : words) if (!reader.pass(word)) return null;
  const { expects, name, since } = reader;
  if (expects === "opening") return null;
  const from = since ?? touched?.start ?? caret;
  const place = { expects, name, from, to: caret, typed: text.slice(from, caret) };
  if (touched === undefined) return place;
  const rest = restOf(text.slice(caret), expects, touched);
  return rest === null ? null : { ...place, to: caret + rest };
}

/** Operators, brackets and closed quotes end where they end: what follows is the next word. */
function isFinished({ kind, source }: Token): boolean {
  if (kind === "text") return source.length > 1 && source.endsWith(source.charAt(0));
  return kind === "punctuation" || (kind === "operator" && source !== "!");
}

/** How many characters behind the caret belong to the word that it stands in; null: no such word fits here. */
function restOf(behind: string, expects: Reader["expects"], { kind }: Token): number | null {
  const isWord = kind === "name";
  if (expects === "name" || expects === "join")
    return isWord ? (/^[\p{L}\p{N}_.\-/:]*[`"]?/u.exec(behind)?.[0].length ?? 0) : null;
  if (expects === "operator")
    return isWord || kind === "operator" ? (/^[=\p{L}]*/u.exec(behind)?.[0].length ?? 0) : null;
  if (expects === "value") return kind === "text" || isWord ? (/^\w*'?/.exec(behind)?.[0].length ?? 0) : null;
  return null;
}

function wordsOf(text: string): Token[] | null {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (token === null) return null;
    if (token.kind !== "blank") found.push(token);
    at = token.end;
  }
  return found;
}

function tokenAt(text: string, at: number): Token | null {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const source = pattern.exec(text)?.[0];
    if (source) return { kind, source, start: at, end: at + source.length };
  }
  return null;
}

/** Reads words one after the other and knows what may follow. */
class Reader {
  expects: Place["expects"] | "opening" = "name";
  name: string | undefined;
  /** Where an operator of several words began. */
  since: number | undefined;
  private inList = false;

  /** False: the word has no place there. */
  pass(word: Token): boolean {
    const next = this.after(word, word.source.toUpperCase());
    if (next === null) return false;
    if (next !== "operator") this.since = undefined;
    else if (this.expects === "operator") this.since ??= word.start;
    this.expects = next;
    return true;
  }

  private after({ kind, source }: Token, upper: string): Reader["expects"] | null {
    switch (this.expects) {
      case "name":
        if (upper === "NOT" || source === "(") return "name";
        if (kind !== "name") return null;
        this.name = source;
        return "operator";
      case "operator":
        if (kind === "operator" || upper === "LIKE" || upper === "ILIKE") return "value";
        if (upper === "IN") return "opening";
        if (upper === "NULL") return "join";
        return upper === "NOT" || upper === "IS" ? "operator" : null;
      case "opening":
        this.inList = source === "(";
        return this.inList ? "value" : null;
      case "value":
        if (kind !== "text" && kind !== "number") return null;
        return this.inList ? "listed" : "join";
      case "listed":
        if (source === ",") return "value";
        this.inList = false;
        return source === ")" ? "join" : null;
      case "join":
        if (source === ")") return "join";
        return upper === "AND" || upper === "OR" ? "name" : null;
    }
  }
}
