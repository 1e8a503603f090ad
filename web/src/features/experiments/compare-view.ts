export const COMPARE_TABS = [
  "summary",
  "curves",
  "params",
  "config",
  "parallel",
  "scatter",
  "artifacts",
] as const;
export type CompareTab = (typeof COMPARE_TABS)[number];

/** What the address of a comparison says. */
export interface CompareView {
  runs?: string[];
  /** The run that the others are compared with; absent: the first one. */
  ref?: string;
  tab?: CompareTab;
  /** Also what is the same in all runs. */
  all?: true;
  /** Metrics of the curves. */
  metrics?: string[];
  /** Axes of the parallel coordinates: `params.lr`, `metrics.acc`. */
  axes?: string[];
  x?: "step" | "time" | "relative";
  smooth?: number;
  log?: true;
  /** Axes of the scatter plot: `params.lr`, `metrics.acc`. */
  sx?: string;
  sy?: string;
  /** The run whose config is read beside that of the reference. */
  other?: string;
  /** The file that is shown of each run. */
  file?: string;
  /** The logged model, by name, that it belongs to. */
  model?: string;
}
