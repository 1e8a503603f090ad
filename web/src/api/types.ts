/**
 * The shapes on the wire that the screens use, by the names that people have for them.
 *
 * All of them come from the OpenAPI document. What sockets say is not in it: see `live/messages.ts`.
 */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/**
 * Every field at every depth is there: answers say `null` and never leave a field out, while OpenAPI calls each field
 * that has a default optional.
 */
export type Whole<T> = T extends (infer Item)[]
  ? Whole<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Whole<T[Key]> }
    : T;

/** A page of a list whose places can be jumped to. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
  total_exact: boolean;
}

export type Experiment = Whole<Schemas["ExperimentView"]>;
export type RunSummary = Whole<Schemas["RunSummary"]>;
export type Run = Whole<Schemas["RunDetail"]>;
export type RunColumn = Whole<Schemas["RunColumn"]>;
export type RunGroup = Whole<Schemas["RunGroup"]>;
export type GroupMetric = Whole<Schemas["GroupMetric"]>;
export type SavedView = Whole<Schemas["SavedView"]>;
export type ViewPage = SavedView["page"];
/** Runs beside each other; what was not asked for is null. */
export type RunComparison = Omit<Whole<Schemas["RunComparison"]>, "curves"> & {
  curves: (Omit<Whole<Schemas["ComparedCurves"]>, "series"> & { series: ComparedCurve[] })[] | null;
};
export interface ComparedCurve extends Omit<Whole<Schemas["Curve"]>, "points"> {
  points: MetricPoint[];
}
export type RunStatus = Run["status"];
export type MetricName = Whole<Schemas["MetricName"]>;
export type MetricPoint = Schemas["MetricPoint"];
export interface MetricSeries extends Omit<Whole<Schemas["MetricSeries"]>, "points"> {
  /** A raw point has a value only, a bucket the six others. */
  points: MetricPoint[];
}
export type LogLine = Whole<Schemas["LogLine"]>;
export type LogPage = Whole<Schemas["LogPage"]>;
export type LogHistogram = Whole<Schemas["LogHistogram"]>;
export type Job = Whole<Schemas["JobDetail"]>;
export type Attempt = Whole<Schemas["Attempt"]>;
export type Deployment = Whole<Schemas["DeploymentView"]>;
export type DeploymentState = Deployment["state"];
export type Replica = Whole<Schemas["Replica"]>;
export type Endpoint = Whole<Schemas["EndpointView"]>;
export type Model = Whole<Schemas["Model"]>;
export type ModelVersion = Whole<Schemas["ModelVersion"]>;
export type VersionDetail = Whole<Schemas["VersionDetail"]>;
export type Stage = ModelVersion["stage"];
export type VersionArtifact = Whole<Schemas["VersionArtifact"]>;
export type ArtifactPreview = Whole<Schemas["ArtifactPreview"]>;
export type ArtifactProvenance = Whole<Schemas["ArtifactProvenance"]>;
export type RunModels = Whole<Schemas["RunModels"]>;
export type RunModel = RunModels["items"][number];
export type VersionReference = RunModels["versions"][number];
export type VersionComparison = Whole<Schemas["VersionComparison"]>;
export type AliasMove = Whole<Schemas["AliasMove"]>;
export type Approval = Whole<Schemas["Approval"]>;
export type Lineage = Whole<Schemas["Lineage"]>;
export type LineageNode = Whole<Schemas["LineageNode"]>;
export type LineageEdge = Whole<Schemas["LineageEdge"]>;
export type SearchHit = Whole<Schemas["SearchHit"]>;
export type Project = Whole<Schemas["Project"]>;
export type LedgerEvent = Whole<Schemas["LedgerEvent"]>;
export type Timeline = Whole<Schemas["Timeline"]>;
export type TimelineItem = Whole<Schemas["TimelineItem"]>;
export type EntityChange = Whole<Schemas["EntityChange"]>;
export type ChangePage = Whole<Schemas["ChangePage"]>;
export type StateSummary = Whole<Schemas["StateSummary"]>;
/** `can`: the caller's rights on it, where they were asked for. */
export type Instance = Whole<Schemas["Instance"]> & { can?: string[] | null };
export type HistoryItem = Whole<Schemas["HistoryItem"]>;
export type BulkBody = Schemas["BulkIn"];
export type BulkAnswer = Whole<Schemas["BulkResult"]>;
export type Operation = Whole<Schemas["Operation"]>;

/** What an import did, or would do: the result of its operation, which the document leaves open. */
export interface ImportReport {
  dry_run: boolean;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  /** Those with problems first; not all of a long file. */
  rows: {
    row: number;
    action: "created" | "updated" | "unchanged" | "skipped" | "failed";
    id: number | null;
    name: string | null;
    problems: { path: string; message: string }[];
  }[];
  unknown_columns: string[];
}
