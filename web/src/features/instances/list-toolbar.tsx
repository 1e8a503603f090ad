import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { RefObject } from "react";
import { useAsOf } from "@/api/as-of";
import { formatInteger } from "@/lib/numbers";
import { Segmented } from "@/ui/button";
import { ChoiceFilter } from "@/ui/choice-filter";
import { ColumnPicker } from "@/ui/data-table/column-picker";
import { FilterField } from "@/ui/text-field";
import { ToolbarSpace } from "@/ui/toolbar";
import { useRests } from "@/ui/use-rests";
import { type InstancesView, type Priority, type Status, summaryQuery } from "./api";
import { PRIORITIES, STATUSES } from "./fields";
import { columnChoices, FIRST_COLUMNS } from "./instance-columns";
import styles from "./instances.module.css";

interface Props {
  view: InstancesView;
  onView: (change: Partial<InstancesView>) => void;
  fieldRef: RefObject<HTMLInputElement | null>;
  /** Rows are selected: the room at the right is for what can be done with them. */
  narrow: boolean;
  /** The rows are on their way: they come first, what is counted beside them after that. */
  waits: boolean;
}

const ALL = "all";
/** The fleet is counted when nobody has typed for so long: to count takes as long as to find, and would delay that. */
const REST_MS = 400;

/** What the list is narrowed to; each count is of what the choice would show. */
export function ListFilters({ view, onView, fieldRef, narrow, waits }: Props) {
  const { project, filter, status, priority, model, cluster } = view;
  const at = useAsOf();
  const rests = useRests(filter, REST_MS);
  const counting = { enabled: !waits && rests, placeholderData: keepPreviousData };
  const withoutStatus = useQuery({
    ...summaryQuery({ project, filter, priority, model, cluster, at }),
    ...counting,
  });
  const overall = useQuery({ ...summaryQuery({ project, at }), ...counting });
  const counts = withoutStatus.data?.status;
  return (
    <>
      <FilterField
        fieldRef={fieldRef}
        label="Filter instances"
        placeholder="Filter by name, model, cluster…"
        value={filter ?? ""}
        delayMs={60}
        atOnce
        onChange={(text) => onView({ filter: text || undefined })}
      />
      <Segmented<Status | typeof ALL>
        label="Status"
        value={status ?? ALL}
        options={[
          { value: ALL, label: "All" },
          ...STATUSES.map((value) => ({
            value,
            label: (
              <>
                {value}
                {counts && <span className={styles.segmentCount}>{formatInteger(counts[value])}</span>}
              </>
            ),
          })),
        ]}
        onChange={(value) => onView({ status: value === ALL ? undefined : value })}
      />
      {!narrow && (
        <>
          <ChoiceFilter
            label="Model"
            value={model}
            choices={(overall.data?.models ?? []).map(({ name, count }) => ({ value: name, count }))}
            onChange={(value) => onView({ model: value })}
          />
          <ChoiceFilter
            label="Cluster"
            value={cluster}
            choices={(overall.data?.clusters ?? []).map(({ name, count }) => ({ value: name, count }))}
            onChange={(value) => onView({ cluster: value })}
          />
          <ChoiceFilter
            label="Priority"
            value={priority}
            choices={PRIORITIES.map((value) => ({ value, count: overall.data?.priority[value] }))}
            onChange={(value) => onView({ priority: value as Priority | undefined })}
          />
          <ToolbarSpace />
          <ColumnPicker
            shown={view.columns ?? FIRST_COLUMNS}
            choices={columnChoices}
            onChange={(columns) => onView({ columns })}
            onReset={view.columns && (() => onView({ columns: undefined }))}
          />
        </>
      )}
    </>
  );
}
