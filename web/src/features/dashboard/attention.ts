import type { LinkProps } from "@tanstack/react-router";
import type { Approval, Deployment, Instance, RunSummary } from "@/api/types";

export type AttentionKind = "deployment" | "instance" | "run" | "approval";

/** Something that went wrong and that somebody may have to look at. */
export interface Attention {
  key: string;
  kind: AttentionKind;
  /** 0 is the worst. */
  severity: number;
  title: string;
  detail: string;
  /** RFC 3339; when it became so, as far as that is known. */
  at: string;
  action: string;
  link: LinkProps;
  /** What waits for a decision, which is made at once. */
  approval?: Approval;
}

const STATE_SEVERITY: Partial<Record<Deployment["state"], number>> = {
  unavailable: 0,
  failed: 0,
  degraded: 1,
};

export function ofDeployment({
  id,
  name,
  state,
  reason,
  environment,
  replicas,
  updated_at,
}: Deployment): Attention {
  return {
    key: `deployment ${id}`,
    kind: "deployment",
    severity: (STATE_SEVERITY[state] ?? 1) + (environment === "production" ? 0 : 1),
    title: `Deployment ${name} is ${state}${reason ? `: ${reason}` : ""}`,
    detail: `${environment} · ${replicas.ready} of ${replicas.desired} ready`,
    at: updated_at,
    action: "Review",
    link: { to: "/deployments/$id/overview", params: { id } },
  };
}

export function ofInstance({
  id,
  name,
  model_name,
  cluster_name,
  priority,
  updated_at,
}: Instance): Attention {
  return {
    key: `instance ${id}`,
    kind: "instance",
    severity: priority === "critical" ? 0 : priority === "high" ? 1 : 2,
    title: `Instance ${name} is in error`,
    detail: `${model_name} · ${cluster_name} · priority ${priority}`,
    at: updated_at,
    action: "History",
    link: { to: "/instances/$id/history", params: { id: String(id) } },
  };
}

export function ofRun({ id, name, status_reason, ended_at, created_at, user }: RunSummary): Attention {
  return {
    key: `run ${id}`,
    kind: "run",
    severity: 2,
    title: `Run ${name} failed${status_reason ? `: ${status_reason}` : ""}`,
    detail: `${id.slice(0, 8)} · ${user.replace(/^user:/, "")}`,
    at: ended_at ?? created_at,
    action: "Why",
    link: { to: "/runs/$id/overview", params: { id } },
  };
}

export function ofApproval(approval: Approval): Attention {
  const { id, title, request_reason, created_at, entity_id } = approval;
  const slash = entity_id.lastIndexOf("/");
  return {
    key: `approval ${id}`,
    kind: "approval",
    severity: 1,
    title: `Approval is asked for: ${title}`,
    detail: request_reason ? `“${request_reason}”` : "without a reason",
    at: created_at,
    action: "Review",
    link: {
      to: "/registry/$id/v/$n",
      params: { id: entity_id.slice(0, slash), n: entity_id.slice(slash + 1) },
    },
    approval,
  };
}

/** The worst first; of those alike the newest. */
export function ranked(items: readonly Attention[]): Attention[] {
  return [...items].sort((a, b) => a.severity - b.severity || b.at.localeCompare(a.at));
}
