import { useMemo } from "react";
import type { VersionDetail } from "@/api/types";
import { formatInteger } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/states";
import type { Folder } from "./api";
import styles from "./artifacts.module.css";
import { FileBrowser } from "./file-browser";

interface Props {
  version: VersionDetail;
  /** The path of the file that is shown. */
  file: string | undefined;
  onFile: (path: string) => void;
}

/** The files of a version of a model. */
export function VersionFiles({ version, file, onFile }: Props) {
  const { model_id: model, number } = version;
  const folder = useMemo<Folder>(() => ({ kind: "version", model, number }), [model, number]);
  if (version.artifact_count === null)
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
      {version.artifact_count === 0 ? (
        <EmptyState title="No files">The version was registered before anything was logged there.</EmptyState>
      ) : (
        <FileBrowser
          roots={[{ folder }]}
          shown={file === undefined ? null : { folder, path: file }}
          onShow={({ path }) => onFile(path)}
        />
      )}
    </Panel>
  );
}
