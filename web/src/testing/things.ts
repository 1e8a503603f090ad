import type {
  Approval,
  Deployment,
  Experiment,
  HistoryItem,
  Instance,
  Job,
  LedgerEvent,
  Model,
  Run,
  TimelineItem,
  VersionDetail,
} from "@/api/types";

const TIME = "2026-11-20T12:00:00Z";

export function anExperiment(values: Partial<Experiment> = {}): Experiment {
  return {
    id: "7",
    project: "default",
    name: "mix-ablation",
    owner: "Mina Chen",
    description: "",
    artifact_location: "mlflow-artifacts:/7",
    lifecycle: "active",
    tags: {},
    runs: { queued: 0, running: 0, succeeded: 0, failed: 0, canceled: 0 },
    last_run_at: null,
    created_at: TIME,
    updated_at: TIME,
    revised_at: TIME,
    version: 1,
    ...values,
  };
}

export function aRun(values: Partial<Run> = {}): Run {
  return {
    id: "8f3ac21e00000000000000000000abcd",
    project: "default",
    experiment_id: "7",
    name: "mix4-lr3",
    user: "user:local",
    status: "succeeded",
    status_reason: null,
    lifecycle: "active",
    attempts: 1,
    job_id: null,
    parent_id: null,
    params: {},
    tags: {},
    metrics: {},
    datasets: [],
    model_inputs: [],
    model_outputs: {},
    artifact_count: 0,
    metric_names: 0,
    log_lines: 0,
    created_at: TIME,
    updated_at: TIME,
    started_at: TIME,
    ended_at: "2026-11-20T12:10:00Z",
    version: 3,
    ...values,
  };
}

export function aJob(values: Partial<Job> = {}): Job {
  return {
    id: "job_0123456789ab",
    project: "default",
    name: "mix4-lr3",
    run_id: "8f3ac21e00000000000000000000abcd",
    experiment_id: "7",
    argv: ["python3", "train.py"],
    cwd: null,
    recipe: null,
    owner: null,
    params: {},
    tags: {},
    config: {},
    config_version_id: null,
    executor: "local",
    resources: { cpus: 1, memory_bytes: null, gpus: 0, gpu_type: null },
    environment: { requirements: [], variables: {}, secrets: [] },
    priority: 0,
    timeout_s: null,
    retries: {
      max_attempts: 1,
      backoff: "exponential",
      base_delay_s: 1,
      max_delay_s: 60,
      retryable_errors: [],
    },
    status: "running",
    status_reason: null,
    stopping: null,
    not_before: null,
    attempts: [
      {
        number: 1,
        started_at: TIME,
        ended_at: null,
        exit_code: null,
        signal: null,
        cpu_s: null,
        max_rss_bytes: null,
        lost_bytes: 0,
        exit_reason: null,
      },
    ],
    exit_reason: null,
    progress: { step: null, total: null, percent: null, eta_s: null },
    metrics: {},
    created_at: TIME,
    updated_at: TIME,
    started_at: TIME,
    completed_at: null,
    version: 2,
    ...values,
  } as Job;
}

export function aDeployment(values: Partial<Deployment> = {}): Deployment {
  return {
    id: "dep_0123456789ab",
    project: "default",
    name: "adder",
    environment: "staging",
    runtime: "process",
    model_name: "adder",
    model_version: 1,
    replicas: { desired: 1, ready: 1 },
    split: [{ version: 1, weight: 1 }],
    state: "ready",
    reason: null,
    endpoint: `${location.origin}/serve/default/adder`,
    created_at: TIME,
    updated_at: TIME,
    version: 4,
    ...values,
  } as Deployment;
}

export function aModel(values: Partial<Model> = {}): Model {
  return {
    id: "mdl_0123456789ab",
    project: "default",
    name: "router",
    description: null,
    framework: "sklearn",
    metadata: {},
    protected_stages: [],
    latest_version: 2,
    last_number: 2,
    tags: {},
    aliases: { champion: 1 },
    version_count: 2,
    stages: { production: 1, staging: 2 },
    performance: { accuracy: 0.9 },
    performance_version: 1,
    used_by: 2,
    created_at: TIME,
    updated_at: TIME,
    revised_at: TIME,
    version: 4,
    ...values,
  } as Model;
}

export function aVersion(values: Partial<VersionDetail> = {}): VersionDetail {
  return {
    id: "mdl_0123456789ab/2",
    project: "default",
    model_id: "mdl_0123456789ab",
    model: "router",
    number: 2,
    notes: null,
    stage: "staging",
    status: "ready",
    status_message: null,
    source: "s3://models/router/2",
    location: "s3://models/router/2",
    run_id: null,
    logged_model_id: null,
    run_link: null,
    flavors: {},
    signature: null,
    evaluation: { accuracy: 0.95, rows: 200 },
    tags: {},
    aliases: [],
    registered_by: "user:local",
    artifacts: [],
    artifact_count: null,
    size_bytes: null,
    created_at: TIME,
    updated_at: TIME,
    revised_at: TIME,
    version: 3,
    ...values,
  };
}

export function anApproval(values: Partial<Approval> = {}): Approval {
  return {
    id: "apr_0123456789ab",
    project: "default",
    verb: "model_version.transition",
    entity: "model_version",
    entity_id: "mdl_0123456789ab/2",
    title: "router version 2: staging → production",
    arguments: { stage: "production", archive_existing: true, from_stage: "staging" },
    status: "pending",
    requested_by: "user:local",
    request_reason: null,
    decided_by: null,
    decision_reason: null,
    created_at: TIME,
    updated_at: TIME,
    expires_at: "2026-11-27T12:00:00Z",
    decided_at: null,
    version: 1,
    ...values,
  };
}

export function anItem(values: Partial<TimelineItem> = {}): TimelineItem {
  return {
    id: `evt_${values.seq ?? 1}`,
    seq: 1,
    kind: "instance.updated",
    lane: "instances",
    time: TIME,
    end_time: null,
    title: "Instance chat updated: replicas 1 → 2",
    entity: "instance",
    entity_id: "7",
    name: "chat",
    project: "default",
    actor: "user:mina",
    reason: null,
    ...values,
  };
}

export function anInstance(values: Partial<Instance> = {}): Instance {
  return {
    id: 7,
    project: "default",
    name: "chat-1",
    model_name: "llama-3-70b",
    model_version: "latest",
    cluster_name: "gpu-cluster-0",
    image_tag: "vllm:0.9",
    replicas: 3,
    pp: 1,
    cp: 8,
    tp: 1,
    status: "active",
    priority: "medium",
    description: "",
    created_at: TIME,
    updated_at: TIME,
    version: 4,
    ...values,
  };
}

export function anEvent(values: Partial<LedgerEvent> = {}): LedgerEvent {
  return {
    seq: 1,
    id: `evt_${values.seq ?? 1}`,
    at: TIME,
    occurred_at: TIME,
    kind: "instance.updated",
    entity: "instance",
    entity_id: "7",
    version: 2,
    project: "default",
    actor: "user:mina",
    reason: null,
    changes: { replicas: { old: 1, new: 2 }, updated_at: { old: TIME, new: TIME } },
    after: {},
    full: true,
    links: [],
    labels: {},
    cause: null,
    request_id: null,
    trace_id: null,
    hash: "",
    ...values,
  };
}

export function aHistoryItem(values: Partial<HistoryItem> = {}): HistoryItem {
  return {
    ...anInstance(),
    history_id: 70,
    original_id: 7,
    operation_type: "update",
    operation_timestamp: TIME,
    changes: { replicas: { old: 2, new: 3 } },
    actor: "user:mina",
    reason: null,
    request_id: null,
    labels: {},
    ...values,
  };
}
