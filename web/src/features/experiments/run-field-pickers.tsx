import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RunColumn } from "@/api/types";
import { ChoiceFilter } from "@/ui/choice-filter";
import { ColumnPicker } from "@/ui/data-table/column-picker";
import { runColumnsQuery } from "./api";
import type { ExperimentView } from "./experiment-page";
import { columnChoices, measuredOf } from "./run-columns";
import { type FieldKind, isAskable } from "./run-fields";

interface Props {
  id: string;
  view: ExperimentView;
  /** Columns that are shown. */
  shown: readonly string[];
  /** Fields that the newest runs have. */
  known: readonly string[];
  onView: (change: Partial<ExperimentView>) => void;
}

/** Attributes by which runs are put together. */
const GROUPING = ["status", "user", "attempts"];
const KINDS: Record<RunColumn["kind"], FieldKind> = { metric: "metrics", param: "params", tag: "tags" };

/** What the table shows and by what it groups, out of all that runs have: the server finds it. */
export function RunFieldPickers({ id, view, shown, known, onView }: Props) {
  const [typed, setTyped] = useState("");
  const found = useQuery(runColumnsQuery(id, typed));
  const grouping = useQuery(runColumnsQuery(id, "", ["param", "tag"]));
  const fields = union(found.data ? fieldsOf(found.data.items) : known, measuredOf(shown));
  return (
    <>
      <ChoiceFilter
        label="Group"
        allLabel="No groups"
        choices={[...GROUPING, ...fieldsOf(grouping.data?.items ?? [])].map((value) => ({ value }))}
        value={view.group}
        onChange={(group) => onView({ group, sort: undefined, order: undefined })}
      />
      <ColumnPicker
        shown={shown}
        choices={columnChoices(fields)}
        onChange={(columns) => onView({ columns })}
        onReset={view.columns && (() => onView({ columns: undefined, pinned: undefined }))}
        onFind={setTyped}
        note={found.data?.next_cursor ? "There are more: type a part of the name to find them." : null}
        pins={{
          pinned: view.pinned ?? [],
          onChange: (pinned) => onView({ pinned: pinned.length > 0 ? pinned : undefined }),
        }}
      />
    </>
  );
}

function fieldsOf(columns: readonly RunColumn[]): string[] {
  return columns.map(({ kind, key }) => `${KINDS[kind]}.${key}`).filter(isAskable);
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}
