import type { Instance } from "@/api/types";
import type { FieldName } from "./fields";

/** What somebody typed into a form and did not send yet. */
export interface Draft {
  typed: Partial<Record<FieldName, string>>;
  /** The instance that was on screen when they began; null: it is a new one. */
  base: Instance | null;
  /** When they typed last, as an ISO time. */
  at: string;
}

const keyOf = (form: string) => `studio.draft.instance.${form}`;

/** The draft of a form: `new`, or an instance's id. */
export function readDraft(form: string): Draft | null {
  try {
    const text = localStorage.getItem(keyOf(form));
    const draft = text === null ? null : (JSON.parse(text) as Draft);
    return draft && typeof draft.typed === "object" ? draft : null;
  } catch {
    return null; // storage is switched off, or holds something that is no draft
  }
}

/** Keep what was typed; nothing typed is no draft. `false` where the browser keeps nothing. */
export function keepDraft(form: string, draft: Draft): boolean {
  if (Object.keys(draft.typed).length === 0) return dropDraft(form);
  try {
    localStorage.setItem(keyOf(form), JSON.stringify(draft));
    return true;
  } catch {
    return false; // switched off or full: the form warns when it is left
  }
}

export function dropDraft(form: string): boolean {
  try {
    localStorage.removeItem(keyOf(form));
    return true;
  } catch {
    return false;
  }
}
