import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { ActorName } from "@/api/actors";
import { useAsOf } from "@/api/as-of";
import type { ArtifactProvenance } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { shortId } from "@/ui/copyable-id";
import { Facts } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import { AbsoluteTime } from "@/ui/time";
import { provenanceQuery } from "./api";
import styles from "./artifacts.module.css";
import type { Place } from "./file-tree";

/** Where a file comes from, and who uses it. */
export function Provenance({ folder, path }: Place) {
  const provenance = useQuery(provenanceQuery(folder, useAsOf(), path));
  return (
    <Loaded query={provenance} what="Where it comes from" skeleton={<Skeleton rows={2} />}>
      {(data) => (
        <Facts
          items={[
            ["Made by", <Maker key="maker" found={data} />],
            [
              "Written",
              <span key="written">
                <AbsoluteTime time={data.written_at} />
                {data.written_by !== null && (
                  <>
                    {" "}
                    by <ActorName reference={data.written_by} />
                  </>
                )}
              </span>,
            ],
            ["Used by", <Users key="users" found={data} />],
          ]}
        />
      )}
    </Loaded>
  );
}

function Maker({ found }: { found: ArtifactProvenance }) {
  if (found.run_id === null) return <span className={styles.soft}>unknown: no run was named</span>;
  return (
    <span>
      run{" "}
      <Link to="/runs/$id/overview" params={{ id: found.run_id }} activeProps={{}}>
        {found.run_name ?? shortId(found.run_id)}
      </Link>
      {found.step !== null && ` at step ${formatInteger(found.step)}`}
    </span>
  );
}

function Users({ found }: { found: ArtifactProvenance }) {
  if (found.used_by.length === 0) return <span className={styles.soft}>nobody</span>;
  return (
    <span>
      {found.used_by.map(({ entity, entity_id, name }, index) => (
        <Fragment key={entity_id}>
          {index > 0 && ", "}
          {entity === "model_version" ? (
            <Link to="/registry/$id/v/$n" params={versionParams(entity_id)} activeProps={{}}>
              {name}
            </Link>
          ) : (
            <Link to="/deployments/$id/overview" params={{ id: entity_id }} activeProps={{}}>
              {name}
            </Link>
          )}
        </Fragment>
      ))}
      {found.truncated && " and more"}
    </span>
  );
}

/** The address of a version that the ledger calls `<model>/<number>`. */
function versionParams(entityId: string): { id: string; n: string } {
  const [id = "", n = ""] = entityId.split("/");
  return { id, n };
}
