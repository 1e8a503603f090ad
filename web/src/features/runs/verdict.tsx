import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { asOfKey, asOfOptions, asOfParam, useAsOf } from "@/api/as-of";
import { queryKeys } from "@/api/query-keys";
import type { Job, Run } from "@/api/types";
import { stripAnsi } from "@/lib/ansi";
import { formatInteger } from "@/lib/numbers";
import { formatDuration } from "@/lib/units";
import { Elapsed } from "@/ui/time";
import { fetchLastLines } from "./log-api";
import styles from "./runs.module.css";

interface Props {
  run: Run;
  job: Job | undefined;
}

/** What came of a run, in a sentence, with the evidence and what to do next. */
export function Verdict({ run, job }: Props) {
  if (run.status === "failed") return <Failure run={run} job={job} />;
  const words = say(run, job);
  if (words === null) return null;
  return (
    <section className={styles.verdict} data-status={run.status} aria-label="Verdict">
      <h2>{words}</h2>
      {run.status === "succeeded" && (
        <p>
          It took <Elapsed start={run.started_at} end={run.ended_at} />.
        </p>
      )}
      {run.status === "running" && job && <Progress job={job} />}
    </section>
  );
}

function say(run: Run, job: Job | undefined): string | null {
  const reason = run.status_reason ?? job?.status_reason;
  switch (run.status) {
    case "queued":
      return `Waiting${reason ? `: ${reason}` : " to be started"}`;
    case "canceled":
      return `Stopped${reason ? `: ${reason}` : ""}`;
    case "running":
      return job ? (reason ?? "Running") : null;
    case "succeeded":
      return job ? "Succeeded" : null;
    default:
      return null;
  }
}

function Progress({ job: { progress } }: { job: Job }) {
  const { step, total, percent, eta_s } = progress;
  if (step === null) return <p>It has not logged a metric yet.</p>;
  const of = total === null ? "" : ` of ${formatInteger(total)}`;
  return (
    <div className={styles.progress}>
      {percent !== null && (
        <progress max={100} value={percent} aria-label="Progress">
          {percent} %
        </progress>
      )}
      <span>
        Step {formatInteger(step)}
        {of}
        {eta_s !== null && ` · ≈ ${formatDuration(eta_s)} left`}
      </span>
    </div>
  );
}

type FailureKind = NonNullable<Job["exit_reason"]>["kind"];

/** What to try, by how it failed. */
const NEXT: Record<FailureKind, string> = {
  out_of_memory: "Lower the batch size, or ask for more memory; then retry.",
  loss_diverged: "Lower the learning rate, or clip the gradients; then start a new run.",
  timeout: "Give it more time, or less to do.",
  import_error:
    "Install what is missing where the job runs, or name it in the config's requirements; then retry.",
  not_started: "Look at the command and its folder; then start a new run.",
  killed: "Something outside of the Studio ended its process. Retry it.",
  node_lost: "The machine it ran on is gone. Retry it.",
  nonzero_exit: "Read the lines before its end.",
};

const SHOWN = 5;
/** How many lines before the first one that names the failure are shown with it. */
const CONTEXT = 3;
const NAMES_FAILURE = /error|exception|traceback|fatal|critical|killed|panic/i;

/** The last lines of a job from where they begin to tell of its failure, with a few before it; all where none does. */
function tellingLines({ lines, first_line }: NonNullable<Job["exit_reason"]>) {
  const begin = lines.findIndex((text) => NAMES_FAILURE.test(text));
  return lines
    .map((text, index) => ({
      text,
      line: first_line === null ? null : first_line + index,
      isContext: index < begin,
    }))
    .slice(Math.max(0, begin - CONTEXT));
}

function Failure({ run, job }: Props) {
  const why = job?.exit_reason ?? null;
  const at = useAsOf();
  const quoted = why !== null && why.lines.length > 0;
  const errors = useQuery({
    queryKey: asOfKey(at, [...queryKeys.runs.logs(run.id), "verdict"]),
    ...asOfOptions(at),
    queryFn: ({ signal }) =>
      fetchLastLines(run.id, { level: ["error", "critical"], ...asOfParam(at) }, SHOWN, signal),
    // The job's own account is better than a guess; only a run without one is looked through.
    enabled: !quoted && (run.job_id === null || job !== undefined),
  });
  const found = errors.data?.items ?? [];
  const lines = quoted ? tellingLines(why) : found.map((line) => ({ ...line, isContext: false }));
  return (
    <section className={styles.verdict} data-status="failed" aria-label="Why it failed">
      <h2>{`Failed: ${why?.message ?? run.status_reason ?? "no reason was given"}`}</h2>
      {lines.length > 0 ? (
        <ul>
          {lines.map(({ line, text, isContext }) => (
            <li key={`${line} ${text}`} data-context={isContext || undefined}>
              <Quote run={run} line={line} text={stripAnsi(text).slice(0, 300)} />
            </li>
          ))}
        </ul>
      ) : (
        errors.data && (
          <p>
            {run.log_lines === 0 ? (
              "It wrote no output."
            ) : (
              <>
                Its log names no error.{" "}
                <Link to="/runs/$id/logs" params={{ id: run.id }} className={styles.link}>
                  Read the end of the log
                </Link>
              </>
            )}
          </p>
        )
      )}
      {why && <p className={styles.next}>{NEXT[why.kind]}</p>}
    </section>
  );
}

/** A line of the log, as a link to its place where that is known. */
function Quote({ run, line, text }: { run: Run; line: number | null; text: string }) {
  const code = <code>{text === "" ? " " : text}</code>;
  if (line === null) return code;
  return (
    <Link to="/runs/$id/logs" params={{ id: run.id }} hash={`L${line}`}>
      {code}
    </Link>
  );
}
