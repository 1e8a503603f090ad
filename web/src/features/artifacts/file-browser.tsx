import { useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import { directoryQuery } from "./api";
import styles from "./artifacts.module.css";
import { FileTree, type Place, type Root } from "./file-tree";
import { FileView } from "./file-view";

interface Props {
  /** At least one folder. */
  roots: readonly [Root, ...Root[]];
  /** The file that is shown; null: what the first folder is opened with. */
  shown: Place | null;
  onShow: (place: Place) => void;
}

/** The files of some folders: a tree, and beside it what is in the chosen one. */
export function FileBrowser({ roots, shown, onShow }: Props) {
  const first = useFirstFile(roots[0]);
  const place = shown ?? first;
  return (
    <div className={styles.files}>
      <div className={styles.fileList}>
        <FileTree roots={roots} shown={place} onShow={onShow} />
      </div>
      {place === null ? (
        <p className={styles.none}>Choose a file to look into it.</p>
      ) : (
        <FileView {...place} />
      )}
    </div>
  );
}

/** What a folder is opened with: what a model says of itself, else its first file. */
function useFirstFile({ folder }: Root): Place | null {
  const { data } = useQuery(directoryQuery(folder, useAsOf(), "", 1));
  const files = data?.items.filter(({ is_directory }) => !is_directory) ?? [];
  const first = files.find(({ path }) => path === "MLmodel") ?? files[0];
  return first === undefined ? null : { folder, path: first.path };
}
