import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, writeHeaders } from "@/api/client";
import { sendMerging } from "@/api/conflicts";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { Approval, Model, ModelVersion, Stage } from "@/api/types";
import { toast } from "@/ui/toasts";

/** Why a write is made, as the history keeps it. */
function reasonHeader(reason: string): Record<string, string> {
  return reason.trim() === "" ? {} : { "x-studio-reason": encodeURIComponent(reason.trim()) };
}

/** A write of the registry: what it changed is read again, and a failure is told. */
function useWrite<Input, Output>(
  failed: string,
  send: (input: Input) => Promise<Output>,
  dependents: readonly (readonly unknown[])[] = [],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onError: (error) => tellFailure(failed, error),
    onSettled: () =>
      Promise.all(
        [queryKeys.registry.all, ...dependents].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
}

function tellFailure(title: string, error: Error): void {
  const failure = toApiError(error);
  toast({
    tone: "err",
    title,
    detail:
      failure.status === 412 ? "It was changed meanwhile. Look at it again, then repeat." : failure.message,
  });
}

/** Let an alias mean a version; null takes it away. */
export function useMoveAlias(model: Model) {
  return useWrite(
    "The alias was not moved",
    async ({ alias, number, reason }: { alias: string; number: number | null; reason: string }) => {
      // Whoever moves an alias has seen where it is: another move in between is told, other changes are in nobody's way.
      await sendMerging(model.version, [`aliases.${alias}`], async (current): Promise<unknown> => {
        const path = { model: model.id, alias };
        const headers = reasonHeader(reason);
        if (number === null)
          return unwrap(
            api.DELETE("/api/registry/models/{model}/aliases/{alias}", {
              params: { path, header: { "if-match": `"${current}"` } },
              headers,
            }),
          );
        return unwrap(
          api.PUT("/api/registry/models/{model}/aliases/{alias}", {
            params: { path, header: writeHeaders(current) },
            headers,
            body: { version: number },
          }),
        );
      });
    },
  );
}

interface Transition {
  stage: Stage;
  archiveExisting: boolean;
  reason: string;
}

const GROUNDS = ["stage"];

/** Move a version to another stage at once. */
export function useTransition(version: ModelVersion) {
  return useWrite(
    `Version ${version.number} was not moved`,
    ({ stage, archiveExisting, reason }: Transition) =>
      sendMerging(version.version, GROUNDS, (current) =>
        unwrap(
          api.POST("/api/registry/models/{model}/versions/{number}/transition", {
            params: { path: pathOf(version), header: writeHeaders(current) },
            headers: reasonHeader(reason),
            body: { stage, archive_existing: archiveExisting },
          }),
        ),
      ),
  );
}

/** Ask for a transition that another person approves. */
export function useRequestTransition(version: ModelVersion) {
  return useWrite("The transition was not requested", ({ stage, archiveExisting, reason }: Transition) =>
    sendMerging(version.version, GROUNDS, (current) =>
      unwrap(
        api.POST("/api/registry/models/{model}/versions/{number}/transition-requests", {
          params: { path: pathOf(version), header: writeHeaders(current) },
          body: { stage, archive_existing: archiveExisting, reason: reason.trim() || null },
        }),
      ),
    ),
  );
}

export type Decision = "approve" | "reject" | "withdraw";

/** Decide on what was asked for. */
export function useDecide(approval: Approval) {
  return useWrite(
    "The request was not decided",
    ({ decision, reason }: { decision: Decision; reason: string }): Promise<unknown> => {
      const params = { path: { id: approval.id }, header: writeHeaders(approval.version) };
      if (decision === "reject")
        return unwrap(api.POST("/api/approvals/{id}/reject", { params, body: { reason: reason.trim() } }));
      const body = { reason: reason.trim() || null };
      return decision === "approve"
        ? unwrap(api.POST("/api/approvals/{id}/approve", { params, body }))
        : unwrap(api.POST("/api/approvals/{id}/withdraw", { params, body }));
    },
  );
}

/** Say which stages of a model are entered and left by approval only. */
export function useProtect(model: Model) {
  return useWrite("The protection was not changed", (stages: Stage[]) =>
    sendMerging(model.version, ["protected_stages"], (current) =>
      unwrap(
        api.PATCH("/api/registry/models/{model}", {
          params: { path: { model: model.id }, header: writeHeaders(current) },
          body: { protected_stages: stages },
        }),
      ),
    ),
  );
}

/** Write what people should know of a model. */
export function useDescribe(model: Model) {
  return useWrite("The description was not saved", (description: string) =>
    sendMerging(model.version, ["description"], (current) =>
      unwrap(
        api.PATCH("/api/registry/models/{model}", {
          params: { path: { model: model.id }, header: writeHeaders(current) },
          body: { description: description.trim() || null },
        }),
      ),
    ),
  );
}

/** Write notes on a version. */
export function useNote(version: ModelVersion) {
  return useWrite("The notes were not saved", (notes: string) =>
    sendMerging(version.version, ["description"], (current) =>
      unwrap(
        api.PATCH("/api/registry/models/{model}/versions/{number}", {
          params: { path: pathOf(version), header: writeHeaders(current) },
          body: { notes: notes.trim() || null },
        }),
      ),
    ),
  );
}

/** Serve a version. */
export function useDeploy(version: ModelVersion) {
  return useWrite(
    "It was not deployed",
    (wanted: { name: string; environment: "staging" | "production"; replicas: number }) =>
      unwrap(
        api.POST("/api/deployments", {
          params: { query: { project: version.project }, header: writeHeaders() },
          body: { ...wanted, model_name: version.model, model_version: version.number, runtime: "process" },
        }),
      ),
    [queryKeys.deployments.all],
  );
}

function pathOf(version: ModelVersion): { model: string; number: number } {
  return { model: version.model_id, number: version.number };
}
