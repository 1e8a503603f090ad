import { IconDownload, IconFile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { VersionArtifact, VersionDetail } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { CopyableId } from "@/ui/copyable-id";
import { Panel } from "@/ui/panel";
import { EmptyState, Loaded, Skeleton } from "@/ui/states";
import { artifactsQuery, type VersionKey } from "./api";
import { artifactUrl, Viewer } from "./artifact-viewer";
import files from "./files.module.css";
import { Provenance } from "./provenance";
import styles from "./registry.module.css";

interface Props {
  version: VersionDetail;
  versionKey: VersionKey;
  file: string | undefined;
  onFile: (path: string | undefined) => void;
}

/** The files of a version: a list, and beside it what is in the chosen one. */
export function ArtifactsPanel({ version, versionKey, file, onFile }: Props) {
  const isElsewhere = version.artifact_count === null;
  const listing = useQuery({ ...artifactsQuery(versionKey), enabled: !isElsewhere });
  if (isElsewhere)
    return (
      <Panel title="Files">
        <p className={styles.soft}>
          They lie at <code>{version.location}</code>, which this server cannot read.
        </p>
      </Panel>
    );
  return (
    <Panel
      title="Files"
      count={formatInteger(version.artifact_count)}
      actions={<span className={styles.soft}>{formatBytes(version.size_bytes)}</span>}
      flush
    >
      <Loaded query={listing} what="Files" skeleton={<Skeleton rows={4} />}>
        {({ items, total }) =>
          items.length === 0 ? (
            <EmptyState title="No files">
              The version was registered before anything was logged there.
            </EmptyState>
          ) : (
            <div className={files.files}>
              <div className={files.fileList}>
                <ul>
                  {items.map((item) => (
                    <FileRow key={item.path} item={item} chosen={file} onFile={onFile} />
                  ))}
                </ul>
                {items.length < total && (
                  <p className={styles.hint}>and {plural(total - items.length, "more file")}</p>
                )}
              </div>
              <FileView version={version} versionKey={versionKey} items={items} file={file} />
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

function FileRow({
  item,
  chosen,
  onFile,
}: {
  item: VersionArtifact;
  chosen: string | undefined;
  onFile: (path: string | undefined) => void;
}) {
  const slash = item.path.lastIndexOf("/") + 1;
  return (
    <li>
      <button
        type="button"
        className={files.file}
        aria-pressed={item.path === chosen}
        onClick={() => onFile(item.path === chosen ? undefined : item.path)}
      >
        <IconFile size={14} aria-hidden="true" />
        <span className={files.path}>
          <span className={styles.soft}>{item.path.slice(0, slash)}</span>
          {item.path.slice(slash)}
        </span>
        <span className={files.type}>{item.type}</span>
        <span className={files.size}>{formatBytes(item.size_bytes)}</span>
      </button>
    </li>
  );
}

/** What a version is opened with: what the model says of itself. */
function firstOf(items: readonly VersionArtifact[]): VersionArtifact | undefined {
  return items.find(({ path }) => path === "MLmodel") ?? items[0];
}

function FileView({
  version,
  versionKey,
  items,
  file,
}: {
  version: VersionDetail;
  versionKey: VersionKey;
  items: readonly VersionArtifact[];
  file: string | undefined;
}) {
  const shown = file === undefined ? firstOf(items) : items.find(({ path }) => path === file);
  if (shown === undefined)
    return (
      <div className={files.view}>
        <p className={styles.soft}>There is no file “{file}” in this version.</p>
      </div>
    );
  const flavors = Object.entries(shown.metadata).map(([flavor, role]) => `${role} of ${flavor}`);
  return (
    <section className={files.view} aria-label={`File ${shown.path}`}>
      <div className={files.viewHead}>
        <h3>{shown.path}</h3>
        <span className={styles.soft}>{formatBytes(shown.size_bytes)}</span>
        <span className={styles.inline}>
          <span className={styles.soft}>sha256</span>
          <CopyableId id={shown.sha256 ?? ""} what="sha256" length={12} />
        </span>
        {flavors.length > 0 && <span className={styles.soft}>{flavors.join(", ")}</span>}
        <span className={styles.space} />
        <a href={artifactUrl(version, versionKey, shown.path)} download className={files.download}>
          <IconDownload size={14} aria-hidden="true" /> Download
        </a>
      </div>
      <Viewer version={version} versionKey={versionKey} path={shown.path} />
      <Provenance versionKey={versionKey} path={shown.path} />
    </section>
  );
}
