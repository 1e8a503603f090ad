import { IconArrowBackUp } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import type { HistoryItem, Instance } from "@/api/types";
import { plural } from "@/lib/numbers";
import { Button, Segmented } from "@/ui/button";
import { Changes } from "@/ui/changes";
import { FillPage } from "@/ui/page";
import { PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { AbsoluteTime } from "@/ui/time";
import { Toolbar, ToolbarSpace } from "@/ui/toolbar";
import { compareQuery, instanceQuery } from "./api";
import { FIELDS, type FieldName, textOf } from "./fields";
import { shownChanges } from "./history-columns";
import { ABOVE } from "./instance-layout";
import styles from "./instances.module.css";
import { RestoreDialog } from "./restore-dialog";
import { useRefusal } from "./use-refusal";

interface Props {
  id: string;
  a: number;
  b: number;
  json: boolean;
  onJson: (json: boolean) => void;
}

/** Two versions of an instance beside each other. */
export function ComparePage({ id, a, b, json, onJson }: Props) {
  const comparison = useQuery(compareQuery(id, a, b));
  const now = useQuery({ ...instanceQuery(id, useAsOf()), retry: false }).data ?? null;
  const refusal = useRefusal();
  const [restoring, setRestoring] = useState<HistoryItem | null>(null);
  return (
    <LoadedPage query={comparison} kind="Comparison" above={ABOVE}>
      {(data) => {
        const above = [
          ...ABOVE,
          { label: data.b.name, link: { to: "/instances/$id/history", params: { id } } as const },
        ];
        return (
          <FillPage>
            <PageHeader
              name={`Versions ${data.a.version} and ${data.b.version}`}
              title={`${data.b.name}: version ${data.a.version} and ${data.b.version}`}
              above={above}
              actions={
                <RestoreButton
                  item={data.a}
                  now={now}
                  refusal={refusal}
                  onRestore={() => setRestoring(data.a)}
                />
              }
            />
            <Toolbar label="Comparison">
              <Segmented
                label="View"
                value={json ? "json" : "fields"}
                options={[
                  { value: "fields", label: "Fields" },
                  { value: "json", label: "JSON" },
                ]}
                onChange={(value) => onJson(value === "json")}
              />
              <ToolbarSpace />
              <Between items={data.between} total={data.between_total} />
            </Toolbar>
            {json ? <JsonView a={data.a} b={data.b} /> : <FieldsView a={data.a} b={data.b} />}
            {restoring && <RestoreDialog item={restoring} now={now} onClose={() => setRestoring(null)} />}
          </FillPage>
        );
      }}
    </LoadedPage>
  );
}

interface RestoreProps {
  item: HistoryItem;
  now: Instance | null;
  refusal: string | null;
  onRestore: () => void;
}

function RestoreButton({ item, now, refusal, onRestore }: RestoreProps) {
  const isNow = now !== null && now.version === item.version;
  return (
    <Button
      icon={<IconArrowBackUp />}
      disabled={isNow || refusal !== null}
      title={isNow ? "It is what the instance is now" : (refusal ?? undefined)}
      onClick={onRestore}
    >
      Restore version {item.version}…
    </Button>
  );
}

function Between({ items, total }: { items: readonly HistoryItem[]; total: number }) {
  const [open, setOpen] = useState(false);
  if (total <= 1) return null;
  return (
    <>
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        {plural(total, "change")} in between
      </Button>
      {open && (
        <ul className={styles.between} aria-label="Changes in between">
          {items.map((item) => (
            <li key={item.history_id}>
              <code className={styles.seq}>#{item.history_id}</code> <ActorName reference={item.actor} />{" "}
              <Changes changes={shownChanges(item)} />
            </li>
          ))}
          {total > items.length && <li>and {total - items.length} more</li>}
        </ul>
      )}
    </>
  );
}

function VersionHead({ item }: { item: HistoryItem }) {
  return (
    <div className={styles.version}>
      <div>
        Version {item.version} · <ActorName reference={item.actor} className={styles.who} />
      </div>
      <span className={styles.when}>
        <AbsoluteTime time={item.operation_timestamp} /> · #{item.history_id}
        {item.operation_type !== "update" && ` · ${item.operation_type}`}
      </span>
    </div>
  );
}

function FieldsView({ a, b }: { a: HistoryItem; b: HistoryItem }) {
  const [showsAll, setShowsAll] = useState(false);
  const changed = FIELDS.filter(({ name }) => a[name] !== b[name]);
  const same = FIELDS.filter(({ name }) => a[name] === b[name]);
  const row = ({ name, label }: { name: FieldName; label: string }, isChanged: boolean) => (
    <tr key={name} data-changed={isChanged || undefined}>
      <th scope="row">{label}</th>
      <td>{textOf(a[name]) || "—"}</td>
      <td>{textOf(b[name]) || "—"}</td>
    </tr>
  );
  return (
    <div className={styles.diff} tabIndex={0} role="group" aria-label="Fields of both versions">
      <table aria-label="Differences">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">
              <VersionHead item={a} />
            </th>
            <th scope="col">
              <VersionHead item={b} />
            </th>
          </tr>
        </thead>
        <tbody>
          {changed.map((field) => row(field, true))}
          {changed.length === 0 && (
            <tr>
              <td colSpan={3}>Both versions are alike.</td>
            </tr>
          )}
          <tr>
            <td colSpan={3}>
              <button
                type="button"
                className={styles.link}
                aria-expanded={showsAll}
                onClick={() => setShowsAll(!showsAll)}
              >
                {showsAll ? "Fold" : "Show"} {plural(same.length, "field")} that{" "}
                {same.length === 1 ? "is" : "are"} the same
              </button>
            </td>
          </tr>
          {showsAll && same.map((field) => row(field, false))}
        </tbody>
      </table>
    </div>
  );
}

function JsonView({ a, b }: { a: HistoryItem; b: HistoryItem }) {
  return (
    <div className={styles.diff} tabIndex={0} role="group" aria-label="Both versions as JSON">
      <div className={styles.json}>
        {[a, b].map((item) => (
          <section key={item.history_id} aria-label={`Version ${item.version}`}>
            <VersionHead item={item} />
            <pre>
              {FIELDS.map(({ name }, index) => (
                <span key={name} data-changed={a[name] !== b[name] || undefined}>
                  {index === 0 ? "{ " : "  "}
                  {JSON.stringify(name)}: {JSON.stringify(item[name])}
                  {index === FIELDS.length - 1 ? " }" : ",\n"}
                </span>
              ))}
            </pre>
          </section>
        ))}
      </div>
    </div>
  );
}
