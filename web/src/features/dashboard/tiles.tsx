import { useQueries, useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { toApiError } from "@/api/errors";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { toneOf } from "@/ui/status";
import {
  DEPLOYMENT_GROUPS,
  type DeploymentGroup,
  deploymentGroupQuery,
  fleetQuery,
  runCountsQuery,
  type Scope,
  stateFilter,
} from "./api";
import styles from "./dashboard.module.css";
import { toList } from "./links";

interface Part {
  /** The word, and what its colour comes from. */
  status: string;
  count: number;
  link: LinkProps;
}

/** How many there are of everything, by state; each number leads to the list that it counts. */
export function Tiles({ scope }: { scope: Scope }) {
  return (
    <section className={styles.tiles} aria-label="In numbers">
      <FleetTile scope={scope} />
      <RunsTile scope={scope} />
      <DeploymentsTile scope={scope} />
    </section>
  );
}

const FLEET = ["active", "pending", "error", "inactive"] as const;

function FleetTile({ scope }: { scope: Scope }) {
  const fleet = useQuery(fleetQuery(scope));
  const parts = FLEET.map((status) => ({
    status,
    count: fleet.data?.status[status] ?? 0,
    link: toList("/instances", { status }),
  }));
  return (
    <Tile
      title="Instances"
      link={{ to: "/instances" }}
      total={fleet.data?.total}
      hint={
        fleet.data &&
        `${plural(fleet.data.replicas, "replica")} on ${plural(fleet.data.clusters.length, "cluster")}${fleet.data.clusters.length === 20 ? " or more" : ""}`
      }
      parts={parts}
      error={fleet.error}
      onRetry={() => fleet.refetch()}
    />
  );
}

const RUNS = ["running", "queued", "succeeded", "failed", "canceled"] as const;

function RunsTile({ scope }: { scope: Scope }) {
  const runs = useQuery(runCountsQuery(scope));
  const counts = runs.data?.counts;
  const active = (counts?.running ?? 0) + (counts?.queued ?? 0);
  const parts = RUNS.map((status) => ({
    status,
    count: counts?.[status] ?? 0,
    link: toList("/runs", { filter: `status = '${status}'` }),
  }));
  return (
    <Tile
      title="Runs"
      link={{ to: "/runs" }}
      total={runs.data?.total}
      hint={counts && (active === 0 ? "none active" : `${formatInteger(active)} active`)}
      parts={parts}
      error={runs.error}
      onRetry={() => runs.refetch()}
    />
  );
}

/** The word of each group; its colour is that of the states in it. */
const WORDS: Record<DeploymentGroup, string> = {
  ready: "ready",
  moving: "starting",
  trouble: "failed",
  stopped: "stopped",
};
const GROUPS = Object.keys(DEPLOYMENT_GROUPS) as DeploymentGroup[];
const SAID: Partial<Record<DeploymentGroup, string>> = { moving: "in motion", trouble: "in trouble" };

function DeploymentsTile({ scope }: { scope: Scope }) {
  const groups = useQueries({ queries: GROUPS.map((group) => deploymentGroupQuery(scope, group)) });
  const isKnown = groups.every(({ data }) => data !== undefined);
  const parts = GROUPS.map((group, index) => ({
    status: WORDS[group],
    said: SAID[group],
    count: groups[index]?.data?.total ?? 0,
    link: toList("/deployments", { filter: stateFilter(group) }),
  }));
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const ready = groups[0]?.data?.total ?? 0;
  return (
    <Tile
      title="Deployments"
      link={{ to: "/deployments" }}
      total={isKnown ? total : undefined}
      hint={isKnown && (total === 0 ? "nothing served" : `${formatInteger(ready)} ready to answer`)}
      parts={parts}
      error={groups.find(({ error }) => error)?.error ?? null}
      onRetry={() => {
        for (const group of groups) if (group.error) void group.refetch();
      }}
    />
  );
}

interface TileProps {
  title: string;
  link: LinkProps;
  /** `undefined`: not known, which is not zero. */
  total: number | undefined;
  hint: ReactNode;
  parts: readonly (Part & { said?: string })[];
  error: Error | null;
  onRetry: () => void;
}

function Tile({ title, link, total, hint, parts, error, onRetry }: TileProps) {
  const isKnown = total !== undefined;
  return (
    <section className={styles.tile} aria-label={title}>
      <h2>
        <Link {...link}>{title}</Link>
      </h2>
      <p className={styles.figure} data-unknown={!isKnown || undefined}>
        {isKnown ? formatInteger(total) : "—"}
        <span className={styles.hint}>{isKnown ? hint : error ? "" : "…"}</span>
      </p>
      {!isKnown && error ? (
        <p className={styles.wrong} role="alert">
          {toApiError(error).message}
          <Button size="small" onClick={onRetry}>
            Retry
          </Button>
        </p>
      ) : (
        <>
          <Bar parts={isKnown ? parts : []} />
          <ul className={styles.parts}>
            {parts.map(({ status, said, count, link: to }) => (
              <li key={status}>
                <Link {...to} className={styles.part} data-none={(isKnown && count === 0) || undefined}>
                  <span className={styles.dot} data-tone={toneOf(status)} aria-hidden="true" />
                  {said ?? status} <b>{isKnown ? formatInteger(count) : "—"}</b>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The shares of the states; the words below say the same. */
function Bar({ parts }: { parts: readonly Part[] }) {
  return (
    <span className={styles.bar} aria-hidden="true">
      {parts.map(
        ({ status, count }) =>
          count > 0 && <span key={status} data-tone={toneOf(status)} style={{ flexGrow: count }} />,
      )}
    </span>
  );
}
