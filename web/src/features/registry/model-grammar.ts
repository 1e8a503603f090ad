import type { Model } from "@/api/types";
import { type FilterGrammar, valuesOf } from "@/lib/filter-grammar";

const FRAMEWORKS = valuesOf<NonNullable<Model["framework"]>>({
  sklearn: true,
  pytorch: true,
  tensorflow: true,
  huggingface: true,
  onnx: true,
  xgboost: true,
  custom: true,
});

/** What models can be filtered by. */
export const MODEL_GRAMMAR: FilterGrammar = {
  fields: [
    { name: "name", kind: "text" },
    { name: "framework", kind: "choice", values: FRAMEWORKS },
    { name: "latest_version", kind: "number" },
    { name: "updated_at", kind: "time" },
    { name: "created_at", kind: "time" },
    { name: "id", kind: "id" },
  ],
  collections: [{ name: "tags", aliases: ["tag"], kind: "text" }],
};
