import { type CSSProperties, useState } from "react";
import { ActorName } from "@/api/actors";
import { usePagedRows } from "@/api/paged-rows";
import type { Model, ModelVersion } from "@/api/types";
import { formatInteger, formatMeasured, NO_VALUE } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { shortId } from "@/ui/copyable-id";
import type { Column } from "@/ui/data-table/columns";
import { DataTable } from "@/ui/data-table/data-table";
import { NewerPill } from "@/ui/data-table/newer-pill";
import { ListError } from "@/ui/list-error";
import { Panel } from "@/ui/panel";
import { StatusPill } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { EmptyState, Late, Skeleton } from "@/ui/states";
import { RelativeTime } from "@/ui/time";
import { useOpen } from "@/ui/use-open";
import { type ModelKey, versionsQuery } from "./api";
import { Delta } from "./delta";
import { headline, measuresOf } from "./evaluation";
import type { ModelView } from "./model-page";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";

/** Versions that fit beside each other. */
export const MOST_COMPARED = 5;

/** Rows that are seen at once. */
const MOST_ROWS = 14;

interface Props {
  model: Model;
  modelKey: ModelKey;
  view: ModelView;
  compared: readonly number[];
  onView: (change: Partial<ModelView>) => void;
}

/** The versions of a model; two to five of them can be compared. */
export function VersionsPanel({ model, modelKey, view, compared, onView }: Props) {
  const open = useOpen();
  const [atTop, setAtTop] = useState(true);
  const [selected, setSelected] = useState<ReadonlySet<string>>(
    () => new Set(compared.map((number) => `${model.id}/${number}`)),
  );
  const rows = usePagedRows({
    pageQuery: (offset) => versionsQuery(modelKey, view, offset),
    held: !atTop,
    identity: modelKey.model,
    idOf: (version) => version.id,
  });
  const numbers = [...selected].map(numberOf).sort((a, b) => a - b);
  const shown = Math.min(MOST_ROWS, Math.max(3, rows.total ?? 3));
  return (
    <Panel
      title="Versions"
      count={rows.total === undefined ? undefined : formatInteger(rows.total)}
      flush
      actions={
        <Compare
          numbers={numbers}
          onCompare={() => onView({ compare: numbers.map(String) })}
          onClear={() => {
            setSelected(new Set());
            onView({ compare: undefined });
          }}
        />
      }
    >
      {rows.error ? (
        <ListError what="Versions" error={rows.error} onRetry={rows.refetch} />
      ) : rows.isPending ? (
        <Late>
          <Skeleton rows={4} />
        </Late>
      ) : (
        <div className={styles.table} style={{ "--rows": shown } as CSSProperties}>
          {rows.hasNewer && <NewerPill onShow={rows.refetch} />}
          <DataTable
            label="Versions"
            primary
            columns={columnsFor(model)}
            rowCount={rows.total ?? 0}
            rowAt={rows.rowAt}
            idOf={(version) => version.id}
            nameOf={(version) => `version ${version.number}`}
            onRange={rows.onRange}
            onTop={setAtTop}
            dimmed={rows.isPlaceholder}
            selection={{ selected, onChange: setSelected }}
            sort={{ by: view.sort ?? "created_at", order: view.order ?? "desc" }}
            onSort={({ by, order }) => onView({ sort: by, order })}
            onOpen={({ number }, inNewTab) =>
              open({ to: "/registry/$id/v/$n", params: { id: model.id, n: String(number) } }, inNewTab)
            }
            empty={
              <EmptyState title="No versions yet">
                A version is registered from a run:{" "}
                <code>mlflow.register_model("runs:/…/model", "{model.name}")</code>
              </EmptyState>
            }
          />
        </div>
      )}
    </Panel>
  );
}

function Compare({
  numbers,
  onCompare,
  onClear,
}: {
  numbers: readonly number[];
  onCompare: () => void;
  onClear: () => void;
}) {
  if (numbers.length === 0) return <span className={styles.soft}>Check two to five to compare them</span>;
  const tooMany = numbers.length > MOST_COMPARED;
  return (
    <span className={styles.inline}>
      <span className={styles.soft}>
        {tooMany ? `At most ${MOST_COMPARED} fit beside each other` : `${numbers.length} selected`}
      </span>
      <Button size="small" disabled={numbers.length < 2 || tooMany} onClick={onCompare}>
        Compare
      </Button>
      <Button size="small" variant="quiet" onClick={onClear}>
        Clear
      </Button>
    </span>
  );
}

function columnsFor(model: Model): Column<ModelVersion>[] {
  const measure = headline(model.performance)?.name;
  const production = model.stages.production;
  return [
    {
      id: "number",
      header: "Version",
      width: 74,
      fixed: true,
      sort: "number",
      phone: "title",
      cell: ({ number }) => <VersionLink modelId={model.id} number={number} />,
    },
    {
      id: "stage",
      header: "Stage",
      width: 112,
      sort: "stage",
      phone: "status",
      cell: ({ stage }) => <StatusPill status={stage} />,
    },
    {
      id: "aliases",
      header: "Aliases",
      width: 104,
      grow: 1,
      phone: "meta",
      cell: ({ aliases }) => (
        <span className={styles.marks}>
          {aliases.map((alias) => (
            <span key={alias} className={styles.alias}>
              @{alias}
            </span>
          ))}
        </span>
      ),
    },
    ...(measure === undefined ? [] : [measured(measure, model, production)]),
    ...(model.performance?.latency_p95_ms === undefined ? [] : [LATENCY]),
    {
      id: "run",
      header: "Source run",
      width: 92,
      cell: ({ run_id }) =>
        run_id === null ? (
          <span className={styles.soft}>unknown</span>
        ) : (
          <RowLink to="/runs/$id/overview" id={run_id}>
            <code>{shortId(run_id)}</code>
          </RowLink>
        ),
    },
    {
      id: "by",
      header: "By",
      width: 96,
      grow: 1,
      cell: ({ registered_by }) =>
        registered_by === null ? NO_VALUE : <ActorName reference={registered_by} className={styles.soft} />,
    },
    {
      id: "created_at",
      header: "Registered",
      width: 112,
      align: "right",
      sort: "created_at",
      phone: "meta",
      cell: ({ created_at }) => <RelativeTime time={created_at} />,
    },
  ];
}

const LATENCY: Column<ModelVersion> = {
  id: "p95",
  header: "p95 (ms)",
  width: 80,
  align: "right",
  cell: ({ evaluation }) => {
    const value = evaluation.latency_p95_ms;
    return typeof value === "number" ? formatMeasured(value, 3) : NO_VALUE;
  },
};

function measured(measure: string, model: Model, production: number | undefined): Column<ModelVersion> {
  const against = production === undefined ? undefined : measureIn(model.performance, measure);
  return {
    id: "measure",
    header: production === undefined ? measure : `${measure}, Δ to v${production}`,
    width: 156,
    align: "right",
    phone: "meta",
    cell: ({ evaluation, number }) => {
      const value = measureIn(evaluation, measure);
      if (value === undefined) return NO_VALUE;
      return (
        <span className={styles.measure}>
          {formatMeasured(value)}
          {against !== undefined && number !== production && (
            <Delta name={measure} value={value} against={against} />
          )}
        </span>
      );
    },
  };
}

function measureIn(evaluation: Readonly<Record<string, unknown>> | null, name: string): number | undefined {
  return measuresOf(evaluation).find((measure) => measure.name === name)?.value;
}

function numberOf(id: string): number {
  return Number(id.split("/").at(-1));
}
