import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { toApiError } from "@/api/errors";
import { runModelsQuery } from "@/api/run-models";
import { formatBytes } from "@/lib/units";
import { Pill } from "@/ui/pill";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { type Folder, previewQuery } from "./api";
import styles from "./artifacts.module.css";
import { FileTree, type Place } from "./file-tree";
import { rootsOf } from "./run-roots";
import { Viewer } from "./viewer";

/** A run whose files stand beside those of others. */
export interface ComparedRun {
  id: string;
  label: string;
  /** Its colour, as everywhere on the page. */
  mark: ReactNode;
}

interface Props {
  runs: readonly ComparedRun[];
  /** The place of the run that the others are compared with. */
  reference: number;
  /** The path of the file that is shown. */
  file: string | undefined;
  /** The name of the logged model that it belongs to; undefined: to the run itself. */
  model: string | undefined;
  onShow: (file: string, model: string | undefined) => void;
}

/** One file of several runs side by side; where it belongs to a logged model, that of the same name in each run. */
export function ComparedArtifacts({ runs, reference, file, model, onShow }: Props) {
  const [listed, setListed] = useState<string>();
  const chosen = runs.find(({ id }) => id === listed) ?? runs[reference] ?? runs[0];
  if (chosen === undefined) return null;
  return (
    <div className={styles.compared}>
      <div className={styles.fileList}>
        <label className={styles.listed}>
          Files of
          <select value={chosen.id} onChange={(event) => setListed(event.target.value)}>
            {runs.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <TreeOfRun key={chosen.id} id={chosen.id} {...{ file, model, onShow }} />
      </div>
      {file === undefined ? (
        <p className={styles.none}>Choose a file to see it in each run.</p>
      ) : (
        <ul className={styles.columns} aria-label={`${file} in each run`}>
          {runs.map((run) => (
            <li key={run.id}>
              <Column run={run} referenceId={runs[reference]?.id} file={file} model={model} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type TreeProps = Pick<Props, "file" | "model" | "onShow"> & { id: string };

function TreeOfRun({ id, file, model, onShow }: TreeProps) {
  const models = useQuery(runModelsQuery(id, useAsOf()));
  return (
    <Loaded query={models} what="Models of the run" skeleton={<Skeleton rows={5} />}>
      {({ items }) => {
        const named = items.find(({ name }) => name === model);
        const folder: Folder =
          named === undefined ? { kind: "run", id } : { kind: "logged-model", id: named.id };
        return (
          <FileTree
            roots={rootsOf(id, items, true)}
            shown={file === undefined ? null : { folder, path: file }}
            onShow={({ folder, path }) =>
              onShow(
                path,
                folder.kind === "version" ? undefined : items.find((each) => each.id === folder.id)?.name,
              )
            }
          />
        );
      }}
    </Loaded>
  );
}

type ColumnProps = Pick<Props, "model"> & { run: ComparedRun; referenceId: string | undefined; file: string };

function Column({ run, referenceId, file, model }: ColumnProps) {
  const place = usePlace(run.id, model, file);
  const own = useDigest(place);
  const reference = useDigest(usePlace(referenceId ?? run.id, model, file));
  const isSame = run.id !== referenceId && own !== undefined && own === reference;
  return (
    <section className={styles.column} aria-label={`${file} of ${run.label}`}>
      <h3 className={styles.inline}>
        {run.mark} {run.label} {isSame && <Pill tone="mute">same bytes</Pill>}
      </h3>
      {place === undefined ? <Skeleton rows={4} /> : <FileOrNone place={place} />}
    </section>
  );
}

function FileOrNone({ place }: { place: Place | null }) {
  const preview = useQuery({
    ...previewQuery(place?.folder ?? NOWHERE, useAsOf(), place?.path ?? ""),
    enabled: place !== null,
    retry: false,
  });
  if (place === null || (preview.error && toApiError(preview.error).isMissing))
    return <EmptyState title="Not in this run" />;
  return (
    <>
      {preview.data && <p className={styles.soft}>{formatBytes(preview.data.size_bytes)}</p>}
      <Viewer {...place} />
    </>
  );
}

const NOWHERE: Folder = { kind: "run", id: "" };

/** Where a run has the file; null: it has no such model, undefined: not known yet. */
function usePlace(id: string, model: string | undefined, path: string): Place | null | undefined {
  const models = useQuery({ ...runModelsQuery(id, useAsOf()), enabled: model !== undefined });
  const named = models.data?.items.find(({ name }) => name === model);
  const isKnown = model === undefined || models.data !== undefined;
  const modelId = named?.id;
  return useMemo(() => {
    if (!isKnown) return undefined;
    if (model === undefined) return { folder: { kind: "run", id }, path };
    return modelId === undefined ? null : { folder: { kind: "logged-model", id: modelId }, path };
  }, [isKnown, model, modelId, id, path]);
}

function useDigest(place: Place | null | undefined): string | undefined {
  const preview = useQuery({
    ...previewQuery(place?.folder ?? NOWHERE, useAsOf(), place?.path ?? ""),
    enabled: place != null,
    retry: false,
  });
  return preview.data?.sha256;
}
