import type { Experiment, RunStatus } from "@/api/types";
import { type FilterGrammar, valuesOf } from "@/lib/filter-grammar";

const RUN_STATUSES = valuesOf<RunStatus>({
  queued: true,
  running: true,
  succeeded: true,
  failed: true,
  canceled: true,
});

/** What runs can be filtered by. */
export const RUN_GRAMMAR: FilterGrammar = {
  fields: [
    { name: "name", kind: "text" },
    { name: "status", kind: "choice", values: RUN_STATUSES },
    { name: "user", kind: "text" },
    { name: "started_at", kind: "time" },
    { name: "ended_at", kind: "time" },
    { name: "duration_s", kind: "number" },
    { name: "attempts", kind: "number" },
    { name: "created_at", kind: "time" },
    { name: "updated_at", kind: "time" },
    { name: "id", kind: "text" },
    { name: "experiment_id", kind: "id" },
    { name: "parent_id", kind: "id" },
    { name: "job_id", kind: "id" },
  ],
  collections: [
    { name: "metrics", aliases: ["metric"], kind: "number" },
    { name: "params", aliases: ["param", "parameter", "parameters"], kind: "text" },
    { name: "tags", aliases: ["tag"], kind: "text" },
    { name: "datasets", aliases: ["dataset"], kind: "text", keys: ["name", "digest", "context"] },
  ],
};

const LIFECYCLES = valuesOf<Experiment["lifecycle"]>({ active: true, deleted: true });

/** What experiments can be filtered by. */
export const EXPERIMENT_GRAMMAR: FilterGrammar = {
  fields: [
    { name: "name", kind: "text" },
    { name: "owner", kind: "text" },
    { name: "last_run_at", kind: "time" },
    { name: "created_at", kind: "time" },
    { name: "updated_at", kind: "time" },
    { name: "lifecycle", kind: "choice", values: LIFECYCLES },
    { name: "id", kind: "id" },
  ],
  collections: [{ name: "tags", aliases: ["tag"], kind: "text" }],
};
