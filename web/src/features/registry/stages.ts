import type { Model, Stage } from "@/api/types";

/** The way of a version, in order. */
export const STAGES: readonly Stage[] = ["draft", "staging", "production", "archived"];

/** Whether another person has to approve that a version goes from one stage to another. */
export function needsApproval(model: Pick<Model, "protected_stages">, from: Stage, to: Stage): boolean {
  return model.protected_stages.includes(from) || model.protected_stages.includes(to);
}

/** The newest version of each stage that people ask for, the most important first: `production v7 · staging v8`. */
export function stagesOf(model: Pick<Model, "stages">): [Stage, number][] {
  return (["production", "staging"] as const).flatMap((stage) => {
    const number = model.stages[stage];
    return number === undefined ? [] : [[stage, number] as [Stage, number]];
  });
}
