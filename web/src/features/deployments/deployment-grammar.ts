import type { Deployment, DeploymentState } from "@/api/types";
import { type FilterGrammar, valuesOf } from "@/lib/filter-grammar";

const STATES = valuesOf<DeploymentState>({
  pending: true,
  starting: true,
  ready: true,
  degraded: true,
  unavailable: true,
  stopping: true,
  stopped: true,
  failed: true,
});
const ENVIRONMENTS = valuesOf<Deployment["environment"]>({ staging: true, production: true });

/** What deployments can be filtered by. */
export const DEPLOYMENT_GRAMMAR: FilterGrammar = {
  fields: [
    { name: "name", kind: "text" },
    { name: "state", kind: "choice", values: STATES },
    { name: "environment", kind: "choice", values: ENVIRONMENTS },
    { name: "model_name", kind: "text" },
    { name: "model_version", kind: "number" },
    { name: "replicas", kind: "number" },
    { name: "updated_at", kind: "time" },
    { name: "created_at", kind: "time" },
  ],
  collections: [],
};
