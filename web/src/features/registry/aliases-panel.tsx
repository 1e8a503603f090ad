import { IconArrowRight, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ActorName } from "@/api/actors";
import type { AliasMove, Model } from "@/api/types";
import { afterEvent } from "@/lib/as-of";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { RelativeTime } from "@/ui/time";
import { WriteButton } from "@/ui/write-button";
import { AliasDialog } from "./alias-dialog";
import { aliasMovesQuery, MOVES, type ModelKey } from "./api";
import styles from "./registry.module.css";
import { VersionLink } from "./version-link";

interface Props {
  model: Model;
  modelKey: ModelKey;
}

/** What the aliases of a model mean, and what they meant when. */
export function AliasesPanel({ model, modelKey }: Props) {
  const [moving, setMoving] = useState<string | null>(null);
  const all = Object.entries(model.aliases).sort(([a], [b]) => a.localeCompare(b));
  return (
    <>
      <Panel
        title="Aliases"
        count={formatInteger(all.length)}
        actions={
          <WriteButton size="small" icon={<IconPlus />} onClick={() => setMoving("")}>
            Add
          </WriteButton>
        }
      >
        {all.length === 0 ? (
          <p className={styles.soft}>
            An alias is a name for one version that can be moved, such as <code>@champion</code>. Clients load{" "}
            <code>models:/{model.name}@champion</code>.
          </p>
        ) : (
          <ul className={styles.rows}>
            {all.map(([alias, number]) => (
              <li key={alias}>
                <span className={styles.alias}>@{alias}</span>
                <IconArrowRight size={14} aria-label="means" />
                <VersionLink modelId={model.id} number={number} />
                <span className={styles.space} />
                <WriteButton
                  size="small"
                  aria-label={`Move @${alias}`}
                  disabled={model.version_count === 0}
                  onClick={() => setMoving(alias)}
                >
                  Move…
                </WriteButton>
              </li>
            ))}
          </ul>
        )}
        {moving !== null && (
          <AliasDialog model={model} modelKey={modelKey} alias={moving} onClose={() => setMoving(null)} />
        )}
      </Panel>
      <HistoryPanel modelKey={modelKey} modelId={model.id} />
    </>
  );
}

function HistoryPanel({ modelKey, modelId }: { modelKey: ModelKey; modelId: string }) {
  const [limit, setLimit] = useState(MOVES);
  const moves = useQuery(aliasMovesQuery(modelKey, limit));
  return (
    <Panel title="What aliases meant when" count={moves.data && formatInteger(moves.data.total)}>
      <Loaded query={moves} what="The history of aliases" skeleton={<Skeleton rows={3} />}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className={styles.soft}>No alias has been set yet.</p>
          ) : (
            <>
              <ol className={styles.history} aria-label="Moves of aliases, the last first">
                {items.map((move) => (
                  <li key={`${move.seq} ${move.alias}`}>
                    <Move move={move} modelId={modelId} />
                  </li>
                ))}
              </ol>
              {items.length < total && limit < 1000 && (
                <Button size="small" onClick={() => setLimit(1000)}>
                  {plural(total - items.length, "older move")}
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Move({ move, modelId }: { move: AliasMove; modelId: string }) {
  return (
    <>
      <span className={styles.event}>
        <span className={styles.alias}>@{move.alias}</span>{" "}
        {move.before !== null && <del className={styles.soft}>v{move.before}</del>}{" "}
        {move.after === null ? (
          <span className={styles.soft}>removed</span>
        ) : (
          <VersionLink modelId={modelId} number={move.after} />
        )}
        {move.until === null && move.after !== null && <span className={styles.now}>now</span>}
      </span>
      <span className={styles.meta}>
        <Link
          to="."
          search={(old) => ({ ...old, at: afterEvent(move.seq) })}
          title="Show everything as it was then"
          activeProps={{}}
        >
          <RelativeTime time={move.at} />
        </Link>{" "}
        · <ActorName reference={move.actor} />
        {move.reason && <span className={styles.why}> “{move.reason}”</span>}
      </span>
    </>
  );
}
