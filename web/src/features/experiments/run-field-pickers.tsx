import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RunColumn } from "@/api/types";
import { ChoiceFilter } from "@/ui/choice-filter";
import { ColumnPicker } from "@/ui/data-table/column-picker";
import { type RunScope, runColumnsQuery } from "./api";
import { columnChoices, measuredOf } from "./run-columns";
import { FIELD_KIND_OF, isAskable } from "./run-fields";
import type { RunListView } from "./run-list-view";

interface Props {
  scope: RunScope;
  view: RunListView;
  /** Columns that are shown. */
  shown: readonly string[];
  /** Fields that the newest runs have. */
  known: readonly string[];
  onView: (change: Partial<RunListView>) => void;
}

/** Attributes by which runs are put together. */
const GROUPING = ["status", "user", "attempts"];

/** What the table shows and by what it groups, out of all that runs have: the server finds it. */
export function RunFieldPickers({ scope, view, shown, known, onView }: Props) {
  const [typed, setTyped] = useState("");
  const found = useQuery(runColumnsQuery(scope, typed));
  const grouping = useQuery(runColumnsQuery(scope, "", ["param", "tag"]));
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
        choices={columnChoices(scope, fields)}
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
  return columns.map(({ kind, key }) => `${FIELD_KIND_OF[kind]}.${key}`).filter(isAskable);
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}
