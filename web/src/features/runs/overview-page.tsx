import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import type { Job, MetricName, Run } from "@/api/types";
import { formatInteger, formatMeasured, fromWire } from "@/lib/numbers";
import { publicUrl } from "@/lib/root";
import { formatBytes } from "@/lib/units";
import { CodeBlock } from "@/ui/code-block";
import { CopyableId } from "@/ui/copyable-id";
import { PanelGrid, ScrollPage } from "@/ui/page";
import { Facts, Panel } from "@/ui/panel";
import { Pill, StatusPill } from "@/ui/pill";
import { Sparkline } from "@/ui/sparkline";
import { Loaded, Skeleton } from "@/ui/states";
import { AbsoluteTime, Elapsed } from "@/ui/time";
import { childrenQuery, isActive, jobQuery, metricNamesQuery, runQuery, sparkQuery } from "./api";
import styles from "./runs.module.css";
import { ValuesPanel } from "./values-panel";
import { Verdict } from "./verdict";

/** What a run is, what came out of it, and what it was given. */
export function RunOverview({ id }: { id: string }) {
  const at = useAsOf();
  const run = useQuery(runQuery(id, at));
  const jobId = run.data?.job_id ?? null;
  const job = useQuery({ ...jobQuery(jobId ?? "", at), enabled: jobId !== null });
  return (
    <ScrollPage>
      <Loaded query={run} what="The run" skeleton={<Skeleton rows={6} />}>
        {(data) => (
          <>
            <Verdict run={data} job={job.data} />
            <PanelGrid>
              <MetricsPanel run={data} />
              <DetailsPanel run={data} job={job.data} />
              <NotePanel note={data.tags[NOTE]} />
              <ValuesPanel title="Params" values={data.params} none="This run has logged no params." />
              {job.data && <AttemptsPanel job={job.data} />}
              <ValuesPanel title="Tags" values={visibleTags(data.tags)} none="This run has no tags." />
              <DatasetsPanel run={data} />
              <ChildrenPanel run={data} />
            </PanelGrid>
          </>
        )}
      </Loaded>
    </ScrollPage>
  );
}

/** How many metrics are shown; the others are one click away. */
const SHOWN = 12;

function MetricsPanel({ run }: { run: Run }) {
  const at = useAsOf();
  const isGrowing = isActive(run) && at === undefined;
  const names = useQuery({
    ...metricNamesQuery(run.id, at),
    refetchInterval: isGrowing ? 5000 : false,
  });
  return (
    <Panel title="Metrics" count={formatInteger(names.data?.total ?? run.metric_names)} flush>
      <Loaded query={names} what="Metrics" skeleton={<Skeleton rows={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <div className={styles.none}>
              <p>No metric has been logged yet.</p>
              {isGrowing && (
                <CodeBlock
                  label="Log into this run"
                  code={`import mlflow
mlflow.set_tracking_uri("${publicUrl()}")
with mlflow.start_run(run_id="${run.id}"):
    mlflow.log_metric("loss", 0.42, step=1)`}
                />
              )}
            </div>
          ) : (
            <>
              <MetricTable run={run} items={keyMetrics(items)} />
              {items.length > SHOWN && (
                <p className={styles.rest}>
                  <Link to="/runs/$id/metrics" params={{ id: run.id }} className={styles.link}>
                    All {formatInteger(items.length)} metrics
                  </Link>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** The first metrics, those of the machine last. */
function keyMetrics(items: readonly MetricName[]): MetricName[] {
  const isSystem = ({ name }: MetricName) => name.startsWith("system/");
  return [...items.filter((item) => !isSystem(item)), ...items.filter(isSystem)].slice(0, SHOWN);
}

function MetricTable({ run, items }: { run: Run; items: readonly MetricName[] }) {
  const sparks = useQuery(
    sparkQuery(
      run.id,
      useAsOf(),
      items.map(({ name }) => name),
    ),
  );
  const courseOf = (metric: string) => {
    const points = sparks.data?.series.find(({ name }) => name === metric)?.points ?? [];
    return points.map(({ value, mean }) => fromWire(value ?? mean) ?? Number.NaN);
  };
  return (
    <table className={styles.values}>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className={styles.course}>
            <span className="sr-only">Course</span>
          </th>
          <th scope="col">Last</th>
          <th scope="col">Step</th>
        </tr>
      </thead>
      <tbody>
        {items.map((metric) => (
          <tr key={metric.name}>
            <td>
              <Link to="/runs/$id/metrics" params={{ id: run.id }} search={{ q: metric.name }}>
                {metric.name}
              </Link>
            </td>
            <td className={styles.course}>
              <Sparkline values={courseOf(metric.name)} />
            </td>
            <td>{formatMeasured(fromWire(metric.last))}</td>
            <td className={styles.soft}>{formatInteger(metric.step)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DetailsPanel({ run, job }: { run: Run; job: Job | undefined }) {
  return (
    <Panel title="Details">
      <Facts
        items={[
          ["Run id", <CopyableId key="id" id={run.id} what="run id" length={32} />],
          ["Project", run.project],
          ["User", <ActorName key="user" reference={run.user} />],
          ["Created", <AbsoluteTime key="created" time={run.created_at} />],
          ["Started", <AbsoluteTime key="started" time={run.started_at} />],
          ["Ended", <AbsoluteTime key="ended" time={run.ended_at} />],
          ["Duration", <Elapsed key="duration" start={run.started_at} end={run.ended_at} />],
          ...(job
            ? [
                ["Job", <CopyableId key="job" id={job.id} what="job id" length={12} />] as const,
                ["Program", <Program key="program" job={job} />] as const,
                ["Runs on", job.executor] as const,
              ]
            : []),
          ...(run.parent_id
            ? [
                [
                  "Parent run",
                  <Link key="parent" to="/runs/$id/overview" params={{ id: run.parent_id }}>
                    <code>{run.parent_id.slice(0, 8)}</code>
                  </Link>,
                ] as const,
              ]
            : []),
        ]}
      />
    </Panel>
  );
}

/** What is run; a long command is cut, and whole in its title. */
function Program({ job }: { job: Job }) {
  const command = job.recipe ?? job.argv.join(" ");
  return (
    <code className={styles.program} title={command}>
      {command}
    </code>
  );
}

function AttemptsPanel({ job }: { job: Job }) {
  return (
    <Panel title="Attempts" count={formatInteger(job.attempts.length)} flush>
      <table className={styles.values}>
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Took</th>
            <th scope="col">Peak memory</th>
            <th scope="col">Ended</th>
          </tr>
        </thead>
        <tbody>
          {[...job.attempts].reverse().map((attempt) => (
            <tr key={attempt.number}>
              <td>
                {formatInteger(attempt.number)}{" "}
                <span className={styles.soft}>
                  <AbsoluteTime time={attempt.started_at} />
                </span>
              </td>
              <td>
                <Elapsed start={attempt.started_at} end={attempt.ended_at} />
              </td>
              <td>{formatBytes(attempt.max_rss_bytes)}</td>
              <td>
                <Outcome attempt={attempt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Outcome({ attempt }: { attempt: Job["attempts"][number] }) {
  if (attempt.ended_at === null)
    return attempt.started_at === null ? <Pill tone="pend">Not begun</Pill> : <Pill tone="run">Running</Pill>;
  if (attempt.exit_reason)
    return (
      <Pill tone="err" title={attempt.exit_reason.message}>
        {attempt.exit_reason.kind.replaceAll("_", " ")}
      </Pill>
    );
  if (attempt.exit_code === 0) return <Pill tone="ok">Exit 0</Pill>;
  return (
    <Pill tone="mute">
      {attempt.exit_code === null ? `Signal ${attempt.signal ?? "?"}` : `Exit ${attempt.exit_code}`}
    </Pill>
  );
}

/** The tag in which the `mlflow` client keeps a description. */
const NOTE = "mlflow.note.content";

function NotePanel({ note }: { note: string | undefined }) {
  if (!note) return null;
  return (
    <Panel title="Note">
      <p className={styles.note} tabIndex={0}>
        {note}
      </p>
    </Panel>
  );
}

function DatasetsPanel({ run }: { run: Run }) {
  if (run.datasets.length === 0) return null;
  return (
    <Panel title="Datasets" count={formatInteger(run.datasets.length)}>
      <Facts
        items={run.datasets.map(({ name, digest, source_type, tags }) => [
          name,
          <span key={digest}>
            <code>{digest}</code>{" "}
            <span className={styles.soft}>
              {[source_type, tags["mlflow.data.context"]].filter(Boolean).join(", ")}
            </span>
          </span>,
        ])}
      />
    </Panel>
  );
}

function ChildrenPanel({ run }: { run: Run }) {
  const children = useQuery(childrenQuery(run.id, useAsOf()));
  if (!children.data || children.data.total === 0) return null;
  const { items, total } = children.data;
  return (
    <Panel title="Child runs" count={formatInteger(total)} flush>
      <ul className={styles.children}>
        {items.map((child) => (
          <li key={child.id}>
            <Link to="/runs/$id/overview" params={{ id: child.id }} activeProps={{}}>
              {child.name}
            </Link>
            <StatusPill status={child.status} why={child.status_reason} />
            <span className={styles.soft}>
              <Elapsed start={child.started_at} end={child.ended_at} />
            </span>
          </li>
        ))}
      </ul>
      {total > items.length && (
        <p className={styles.rest}>
          <Link
            to="/experiments/$id"
            params={{ id: run.experiment_id }}
            search={{ filter: `parent_id = '${run.id}'` }}
            className={styles.link}
          >
            All {formatInteger(total)} child runs
          </Link>
        </p>
      )}
    </Panel>
  );
}

/** Tags that people set; those that clients set for themselves are in the API. */
function visibleTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !name.startsWith("mlflow.")));
}
