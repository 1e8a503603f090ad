import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import { formatBytes } from "@/lib/units";
import { CopyableId } from "@/ui/copyable-id";
import { directoryQuery, fileUrl } from "./api";
import styles from "./artifacts.module.css";
import type { Place } from "./file-tree";
import { Provenance } from "./provenance";
import { Viewer } from "./viewer";

/** A file: what it is, what is in it, where it comes from and who uses it. */
export function FileView({ folder, path }: Place) {
  const at = useAsOf();
  const directory = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const siblings = useQuery(directoryQuery(folder, at, directory, 1));
  const entry = siblings.data?.items.find((item) => item.path === path);
  const flavors = Object.entries(entry?.metadata ?? {}).map(([flavor, role]) => `${role} of ${flavor}`);
  return (
    <section className={styles.view} aria-label={`File ${path}`}>
      <div className={styles.viewHead}>
        <h3>{path}</h3>
        {entry && <span className={styles.soft}>{formatBytes(entry.size_bytes)}</span>}
        {entry?.sha256 && (
          <span className={styles.inline}>
            <span className={styles.soft}>sha256</span>
            <CopyableId id={entry.sha256} what="sha256" length={12} />
          </span>
        )}
        {flavors.length > 0 && <span className={styles.soft}>{flavors.join(", ")}</span>}
        <span className={styles.space} />
        <a href={fileUrl(folder, at, path)} download className={styles.download}>
          <IconDownload size={14} aria-hidden="true" /> Download
        </a>
      </div>
      <Viewer folder={folder} path={path} />
      <Provenance folder={folder} path={path} />
    </section>
  );
}
