import type { RunModel } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import type { Root } from "./file-tree";

/** The run's own files and those of its models; the run alone needs no label. */
export function rootsOf(id: string, models: readonly RunModel[], hasOwn: boolean): [Root, ...Root[]] {
  const run: Root = { folder: { kind: "run", id } };
  const [first, ...others] = models.map<Root>((model) => ({
    folder: { kind: "logged-model", id: model.id },
    label: model.name,
    note: model.step === null || model.step === 0 ? "model" : `model at step ${formatInteger(model.step)}`,
  }));
  if (first === undefined) return [run];
  return hasOwn ? [{ ...run, label: "The run's own files" }, first, ...others] : [first, ...others];
}
