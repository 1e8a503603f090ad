/**
 * The names under which answers are cached, in one place: features read under them, `live/` marks them stale.
 *
 * A key begins with the noun of its collection; details of one entity follow as `["runs", "one", id, part?]`.
 */
export const queryKeys = {
  experiments: {
    all: ["experiments"] as const,
    lists: ["experiments", "list"] as const,
    list: (query: object) => ["experiments", "list", query] as const,
    /** Runs of all experiments. */
    allRuns: (query: object) => ["experiments", "runs", query] as const,
    one: (id: string) => ["experiments", "one", id] as const,
    runs: (id: string) => ["experiments", "one", id, "runs"] as const,
    runPage: (id: string, query: object) => ["experiments", "one", id, "runs", query] as const,
    groupPage: (id: string, query: object) => ["experiments", "one", id, "groups", query] as const,
    /** Runs beside each other. */
    comparison: (query: object) => ["experiments", "compared", query] as const,
  },
  runs: {
    all: ["runs"] as const,
    one: (id: string) => ["runs", "one", id] as const,
    detail: (id: string) => ["runs", "one", id, "detail"] as const,
    metrics: (id: string) => ["runs", "one", id, "metrics"] as const,
    logs: (id: string) => ["runs", "one", id, "logs"] as const,
  },
  deployments: {
    all: ["deployments"] as const,
    lists: ["deployments", "list"] as const,
    list: (query: object) => ["deployments", "list", query] as const,
    one: (id: string) => ["deployments", "one", id] as const,
    replicas: (id: string) => ["deployments", "one", id, "replicas"] as const,
    endpoints: (id: string) => ["deployments", "one", id, "endpoints"] as const,
  },
  /** Models, their versions, and what was asked for about them: few answers, that hang together. */
  registry: {
    all: ["registry"] as const,
    models: (query: object) => ["registry", "models", query] as const,
    model: (model: string, part: string, query: object = {}) =>
      ["registry", "model", model, part, query] as const,
    version: (model: string, number: number, part: string, query: object = {}) =>
      ["registry", "model", model, "version", number, part, query] as const,
    approvals: (query: object) => ["registry", "approvals", query] as const,
    /** Models that a run logged, and the versions made of them. */
    ofRun: (id: string) => ["registry", "run", id] as const,
  },
  instances: {
    all: ["instances"] as const,
    lists: ["instances", "list"] as const,
    list: (query: object) => ["instances", "list", query] as const,
    summary: (query: object) => ["instances", "list", "summary", query] as const,
    one: (id: string) => ["instances", "one", id] as const,
    detail: (id: string) => ["instances", "one", id, "detail"] as const,
    history: (id: string) => ["instances", "one", id, "history"] as const,
  },
  /** Files of runs and logged models, and what the registry made of them. */
  artifacts: {
    all: ["artifacts"] as const,
    part: (kind: string, id: string, part: string, query: object = {}) =>
      ["artifacts", kind, id, part, query] as const,
  },
  /** Names of what runs have: they hardly change, and no event tells of metrics. */
  runColumns: (query: object) => ["run-columns", query] as const,
  savedViews: {
    all: ["saved-views"] as const,
    list: (query: object) => ["saved-views", query] as const,
  },
  runSamples: ["run-sample"] as const,
  /** The newest runs of an experiment, asked for the names of their metrics and params. */
  runSample: (experimentId: string) => ["run-sample", experimentId] as const,
  jobs: {
    all: ["jobs"] as const,
    one: (id: string) => ["jobs", "one", id] as const,
  },
  /** Reads of the ledger itself: every event makes them stale. */
  ledger: {
    all: ["ledger"] as const,
    timeline: (query: object) => ["ledger", "timeline", query] as const,
    ends: (project: string | undefined) => ["ledger", "ends", project ?? null] as const,
  },
  /** What the ledger says of what lies behind: it stays as it is. */
  past: {
    place: (at: string) => ["past", "place", at] as const,
    events: (block: number, upTo: number) => ["past", "events", block, upTo] as const,
    changes: (query: object) => ["past", "changes", query] as const,
    counts: (query: object) => ["past", "counts", query] as const,
  },
  projects: ["projects"] as const,
  actor: (reference: string) => ["actors", reference] as const,
  authMethods: ["auth", "methods"] as const,
  search: (query: string, project: string | undefined) => ["search", query, project ?? null] as const,
};

export type QueryKey = readonly unknown[];
