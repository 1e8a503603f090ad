import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ActorName, useActorNames } from "@/api/actors";
import type { ChangePage, EntityChange } from "@/api/types";
import { nameOfActor } from "@/lib/actors";
import { pageOfEntity, toldChanges } from "@/lib/entities";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { copyText } from "@/ui/copyable-id";
import { Pill } from "@/ui/pill";
import { Loaded, Skeleton } from "@/ui/states";
import { changesQuery } from "./api";
import { sayChange } from "./change-chips";
import styles from "./timeline.module.css";

interface Props {
  project: string | undefined;
  /** Numbers of two events, the earlier one first. */
  a: number;
  b: number;
}

/** How everything differs between two moments, entity by entity. */
export function ChangesPart({ project, a, b }: Props) {
  const changes = useQuery(changesQuery(project, a, b));
  return (
    <section className={styles.part} aria-label="Changes between A and B">
      <div className={styles.partHead}>
        <h2>Changes between A and B</h2>
        {changes.data && changes.data.items.length > 0 && <CopyAsText page={changes.data} />}
      </div>
      <Loaded query={changes} what="Changes" skeleton={<Skeleton rows={5} />}>
        {(page) => <Changes page={page} />}
      </Loaded>
    </section>
  );
}

function Changes({ page: { items, total, total_exact } }: { page: ChangePage }) {
  if (items.length === 0)
    return <p className={styles.soft}>Nothing differs: what changed in between was changed back.</p>;
  return (
    <>
      <p className={styles.meta}>
        {total_exact ? "" : "≥ "}
        {plural(total, "entity", "entities")} differ
        {total > items.length && `; shown are the ${formatInteger(items.length)} that changed last`}
      </p>
      <ul className={styles.changes}>
        {items.map((change) => (
          <li key={`${change.entity} ${change.entity_id}`}>
            <EntityPart change={change} />
          </li>
        ))}
      </ul>
    </>
  );
}

const TONES = { created: "ok", updated: "run", deleted: "err" } as const;

function EntityPart({ change }: { change: EntityChange }) {
  const to = pageOfEntity(change.entity, change.entity_id);
  const name = nameOf(change);
  return (
    <>
      <p className={styles.entity}>
        {to === null ? <b>{name}</b> : <Link to={to as "/"}>{name}</Link>}
        <Pill tone={TONES[change.change]}>{change.change}</Pill>
      </p>
      {change.change === "updated" && (
        <ul className={styles.fields}>
          {toldChanges(change.changes).map(([field, value]) => (
            <li key={field}>
              <span className={styles.soft}>{field}</span> {sayChange(value)}
            </li>
          ))}
        </ul>
      )}
      <p className={styles.meta}>
        #{formatInteger(change.last.seq)} · <ActorName reference={change.last.actor} />
        {change.last.reason && <> · “{change.last.reason}”</>}
        {change.events > 1 && ` · ${plural(change.events, "event")}`}
      </p>
    </>
  );
}

function nameOf({ entity, name, entity_id }: EntityChange): string {
  return `${entity.replaceAll("_", " ")} ${name ?? entity_id}`;
}

/** The changes as people paste them into a message, a line for each entity; `actorName` tells what who made it is called. */
export function asText({ from, to, items, total }: ChangePage, actorName = nameOfActor): string {
  const lines = items.map((change) => {
    const fields = change.change === "updated" ? toldChanges(change.changes) : [];
    const told = fields.map(([field, value]) => `${field} ${sayChange(value)}`).join(", ");
    const { seq, actor, reason } = change.last;
    const by = [`#${seq}`, actorName(actor), ...(reason ? [`"${reason}"`] : [])].join(", ");
    return `- ${nameOf(change)}: ${told || change.change} (${by})`;
  });
  const more = total > items.length ? [`… and ${total - items.length} more`] : [];
  return [`Changes between #${from.seq} (${from.at}) and #${to.seq} (${to.at}):`, ...lines, ...more].join(
    "\n",
  );
}

function CopyAsText({ page }: { page: ChangePage }) {
  const [copied, setCopied] = useState(false);
  const actorName = useActorNames([...new Set(page.items.map(({ last }) => last.actor))]);
  return (
    <Button
      size="small"
      icon={copied ? <IconCheck /> : <IconCopy />}
      onClick={() => void copyText(asText(page, actorName)).then(setCopied)}
    >
      {copied ? "Copied" : "Copy as text"}
    </Button>
  );
}
