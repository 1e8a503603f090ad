/** What a state means to a person; each tone has its colours in the tokens. */
export type Tone = "ok" | "run" | "pend" | "warn" | "err" | "mute";

const WORDS: Record<Tone, string[]> = {
  ok: ["succeeded", "completed", "active", "production", "prod", "resolved", "better", "ready", "healthy"],
  run: ["running", "ramp", "canary", "mitigated", "starting"],
  pend: ["queued", "pending", "staging", "acknowledged", "waiting"],
  warn: ["paused", "degraded", "inconclusive", "drift", "draining", "stopping"],
  err: ["failed", "error", "firing", "open", "worse", "rolled_back", "unavailable", "unhealthy"],
  mute: ["canceled", "cancelled", "inactive", "archived", "draft", "stopped", "closed", "unknown"],
};

const TONES = new Map<string, Tone>(
  Object.entries(WORDS).flatMap(([tone, words]) => words.map((word): [string, Tone] => [word, tone as Tone])),
);

/** The tone of a state word; a word that is not known is as good as unknown. */
export function toneOf(status: string): Tone {
  return TONES.get(status) ?? "mute";
}
