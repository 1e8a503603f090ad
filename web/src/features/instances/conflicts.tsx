import type { Instance } from "@/api/types";
import { Store, useStore } from "@/lib/store";
import { ConflictDialog, type ConflictField, type MergedField } from "@/ui/conflict-dialog";
import { type FieldName, fieldOf, type InstanceChanges, parse, problemOf, textOf } from "./fields";

/** A field that somebody else changed since it was read, its values as texts. */
export interface Theirs {
  name: FieldName;
  was: string;
  now: string;
  by: string;
  at: string | null;
}

interface Question {
  what: string;
  fields: ConflictField[];
  merged: MergedField[];
  answer: (values: Record<string, string> | null) => void;
}

/** Edits that wait for a decision, the oldest first. */
const questions = new Store<readonly Question[]>([]);

/** Ask what is to stand in each field that both sides changed; null: the edit is given up. */
export function askConflict(
  seen: Instance,
  mine: InstanceChanges,
  theirs: readonly Theirs[],
  clashing: readonly Theirs[],
): Promise<InstanceChanges | null> {
  const fields = clashing.map(({ name, was, now, by, at }) => {
    const { label, options, kind } = fieldOf(name);
    return {
      ...{ name, label, was, theirs: now, by, at, yours: textOf(mine[name]), options },
      numeric: kind === "number",
      check: (text: string) => problemOf(name, text),
    };
  });
  const isClashing = (name: string) => clashing.some((one) => one.name === name);
  const merged: MergedField[] = [
    ...theirs
      .filter(({ name }) => !isClashing(name))
      .map(({ name, was, now, by }) => ({ name, label: fieldOf(name).label, was, now, by })),
    ...(Object.keys(mine) as FieldName[])
      .filter((name) => !isClashing(name))
      .map((name) => ({
        ...{ name, label: fieldOf(name).label, by: null },
        was: textOf(seen[name]),
        now: textOf(mine[name]),
      })),
  ];
  return new Promise((resolve) => {
    const question: Question = {
      what: seen.name,
      fields,
      merged,
      answer: (values) => {
        questions.set((old) => old.filter((one) => one !== question));
        resolve(
          values &&
            (Object.fromEntries(
              Object.entries(values).map(([name, text]) => [name, parse(name as FieldName, text)]),
            ) as InstanceChanges),
        );
      },
    };
    questions.set((old) => [...old, question]);
  });
}

/** Where conflicts are decided: one dialog for each, one after the other. */
export function ConflictHost() {
  const [question] = useStore(questions);
  if (!question) return null;
  return (
    <ConflictDialog
      key={`${question.what} ${question.fields.map(({ theirs }) => theirs).join()}`}
      what={question.what}
      fields={question.fields}
      merged={question.merged}
      onSave={question.answer}
      onClose={() => question.answer(null)}
    />
  );
}

/** Whether a conflict waits for its decision. */
export function useIsDeciding(): boolean {
  return useStore(questions).length > 0;
}
