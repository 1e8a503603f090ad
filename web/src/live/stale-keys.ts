import { type QueryKey, queryKeys } from "@/api/query-keys";
import type { LedgerEvent } from "./messages";

/** Which answers an event of a kind makes stale. The longest matching beginning of the kind counts. */
const TABLE: Record<string, (event: LedgerEvent) => QueryKey[]> = {
  "experiment.": (event) => [queryKeys.experiments.lists, queryKeys.experiments.one(event.entity_id)],
  // A run's change shows in its own page, in its experiment's table and in the counts of the list. Its points and lines
  // are no ledger events: they come over the run's own socket.
  "run.": (event) => [
    queryKeys.runs.detail(event.entity_id),
    queryKeys.experiments.all,
    queryKeys.runSamples,
  ],
  "job.": (event) => [queryKeys.jobs.one(event.entity_id)],
  // Who serves a version shows with the version.
  "deployment.": (event) => [
    queryKeys.deployments.lists,
    queryKeys.deployments.one(event.entity_id),
    queryKeys.registry.all,
  ],
  "rollout.": () => [queryKeys.deployments.all],
  "replica.": () => [queryKeys.deployments.all],
  "endpoint.": () => [queryKeys.deployments.all],
  // An instance's change shows in every list and count, and in its own pages.
  "instance.": (event) => [queryKeys.instances.lists, queryKeys.instances.one(event.entity_id)],
  "saved_view.": () => [queryKeys.savedViews.all],
  // A version's change shows in its model and beside the versions that it is compared with.
  "model.": () => [queryKeys.registry.all],
  "model_version.": () => [queryKeys.registry.all],
  // A file shows in the folder that is open.
  "artifact.": () => [queryKeys.artifacts.all],
  "logged_model.": () => [queryKeys.registry.all],
  "approval.": () => [queryKeys.registry.all],
  "project.": () => [queryKeys.projects],
};

const BEGINNINGS = Object.keys(TABLE).sort((a, b) => b.length - a.length);

/** The keys that `event` makes stale; none for kinds that no screen shows. */
export function staleKeys(event: LedgerEvent): QueryKey[] {
  const found = BEGINNINGS.find((beginning) => event.kind.startsWith(beginning));
  return found ? (TABLE[found] as (event: LedgerEvent) => QueryKey[])(event) : [];
}
