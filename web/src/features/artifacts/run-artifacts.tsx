import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import { runModelsQuery } from "@/api/run-models";
import type { RunModel, RunModels, VersionReference } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { CodeBlock } from "@/ui/code-block";
import { Panel } from "@/ui/panel";
import { StatusPill } from "@/ui/pill";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { directoryQuery, type Folder } from "./api";
import styles from "./artifacts.module.css";
import { FileBrowser } from "./file-browser";
import type { Place } from "./file-tree";
import { rootsOf } from "./run-roots";

interface Props {
  id: string;
  /** The path of the file that is shown. */
  file: string | undefined;
  /** The logged model that it belongs to; undefined: to the run. */
  model: string | undefined;
  onShow: (file: string, model: string | undefined) => void;
}

/** What a run left behind: its files, the models that it logged, and the versions that were registered from it. */
export function RunArtifacts({ id, file, model, onShow }: Props) {
  const at = useAsOf();
  const models = useQuery(runModelsQuery(id, at));
  const own = useQuery(directoryQuery({ kind: "run", id }, at, "", 1));
  return (
    <div className={styles.page}>
      <Loaded query={models} what="Models of the run" skeleton={<Skeleton rows={8} />}>
        {(found) => (
          <Loaded query={own} what="Files" skeleton={<Skeleton rows={8} />}>
            {({ total }) =>
              found.items.length === 0 && total === 0 ? (
                <NoArtifacts id={id} />
              ) : (
                <>
                  {found.versions.length > 0 && <Versions found={found} />}
                  <Files id={id} models={found.items} hasOwn={total > 0} {...{ file, model, onShow }} />
                </>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

function NoArtifacts({ id }: { id: string }) {
  return (
    <EmptyState
      title="No artifacts yet"
      action={
        <CodeBlock
          label="Log a file into this run"
          code={`mlflow.log_artifact("plot.png", run_id="${id}")`}
        />
      }
    >
      Files that the run logs are here, and the models that it logs with theirs.
    </EmptyState>
  );
}

function Files({ id, models, hasOwn, file, model, onShow }: Props & { models: RunModel[]; hasOwn: boolean }) {
  const roots = useMemo(() => rootsOf(id, models, hasOwn), [id, models, hasOwn]);
  const shown = useMemo<Place | null>(
    () => (file === undefined ? null : { folder: folderOf(id, model), path: file }),
    [id, model, file],
  );
  return (
    <Panel title="Files" flush>
      <FileBrowser
        roots={roots}
        shown={shown}
        onShow={({ folder, path }) => onShow(path, folder.kind === "logged-model" ? folder.id : undefined)}
      />
    </Panel>
  );
}

function folderOf(id: string, model: string | undefined): Folder {
  return model === undefined ? { kind: "run", id } : { kind: "logged-model", id: model };
}

function Versions({ found }: { found: RunModels }) {
  const names = new Map(found.items.map(({ id, name }) => [id, name]));
  return (
    <Panel title="Registered versions" count={formatInteger(found.versions.length)} flush>
      <ul className={styles.versions}>
        {found.versions.map((version) => (
          <li key={`${version.model_id}/${version.number}`}>
            <VersionLine version={version} from={names.get(version.logged_model_id ?? "")} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function VersionLine({ version, from }: { version: VersionReference; from: string | undefined }) {
  return (
    <>
      <Link
        to="/registry/$id/v/$n"
        params={{ id: version.model_id, n: String(version.number) }}
        className={styles.version}
        activeProps={{}}
      >
        {version.model} v{version.number}
      </Link>
      <StatusPill status={version.stage} />
      {version.aliases.map((alias) => (
        <span key={alias} className={styles.soft}>
          @{alias}
        </span>
      ))}
      <span className={styles.space} />
      {from !== undefined && <span className={styles.soft}>from {from}</span>}
    </>
  );
}
