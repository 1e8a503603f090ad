import type { LogLine } from "@/api/types";

/** The groups that readers tell lines by; `plain` are lines that state no level, such as printed ones. */
export const LEVELS = ["error", "warn", "info", "debug", "plain"] as const;
export type Level = (typeof LEVELS)[number];

/** The words of the server that each group holds. */
const WORDS = {
  error: ["error", "critical"],
  warn: ["warning"],
  info: ["info"],
  debug: ["debug"],
  plain: ["none"],
} as const satisfies Record<Level, readonly string[]>;
export type LevelWord = (typeof WORDS)[Level][number];

const GROUP_OF = new Map<string, Level>(
  LEVELS.flatMap((level) => WORDS[level].map((word): [string, Level] => [word, level])),
);

export function levelOf(word: LogLine["level"]): Level {
  return GROUP_OF.get(word ?? "none") ?? "plain";
}

/** The server's words for some groups; all groups are no filter. */
export function wordsOf(levels: readonly Level[]): LevelWord[] | undefined {
  return levels.length === LEVELS.length ? undefined : levels.flatMap((level) => [...WORDS[level]]);
}

/** How many lines each group has. */
export function countsOf(counts: Record<string, number>): Record<Level, number> {
  const sums: Record<Level, number> = { error: 0, warn: 0, info: 0, debug: 0, plain: 0 };
  for (const [word, count] of Object.entries(counts)) sums[GROUP_OF.get(word) ?? "plain"] += count;
  return sums;
}

/** The groups among some words; nothing that is known: all. */
export function readLevels(words: readonly string[] | undefined): Level[] {
  const found = LEVELS.filter((level) => words?.includes(level));
  return found.length > 0 ? found : [...LEVELS];
}
