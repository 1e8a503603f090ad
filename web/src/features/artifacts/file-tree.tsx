import { IconFile, IconFolder, IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { formatInteger } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { Loaded, Skeleton } from "@/ui/states";
import { Tree, TreeItem } from "@/ui/tree";
import { DIRECTORY_PAGE, directoryQuery, type Entry, type Folder, folderKey } from "./api";
import styles from "./artifacts.module.css";

/** A folder that a tree shows. Without a label its files are the outermost items. */
export interface Root {
  folder: Folder;
  label?: string;
  note?: ReactNode;
}

/** A file of a folder. */
export interface Place {
  folder: Folder;
  path: string;
}

interface Props {
  roots: readonly Root[];
  /** The file that is shown. */
  shown: Place | null;
  onShow: (place: Place) => void;
}

/**
 * The files of some folders. A directory is read when it is opened, so that a run with a hundred thousand files costs
 * no more than what is looked at.
 */
export function FileTree({ roots, shown, onShow }: Props) {
  const chosen = shown === null ? undefined : itemId(shown.folder, shown.path);
  return (
    <Tree label="Files" chosen={chosen}>
      {roots.map((root) =>
        root.label === undefined ? (
          <Directory
            key={folderKey(root.folder)}
            folder={root.folder}
            path=""
            level={1}
            {...{ shown, onShow }}
          />
        ) : (
          <LabelledRoot key={folderKey(root.folder)} root={root} label={root.label} {...{ shown, onShow }} />
        ),
      )}
    </Tree>
  );
}

interface Looking {
  shown: Place | null;
  onShow: (place: Place) => void;
}

function LabelledRoot({ root, label, shown, onShow }: Looking & { root: Root; label: string }) {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <TreeItem
        id={itemId(root.folder, "")}
        level={1}
        name={label}
        icon={<IconPackage size={14} aria-hidden="true" />}
        note={root.note}
        isOpen={isOpen}
        onPress={() => setOpen(!isOpen)}
      />
      {isOpen && <Directory folder={root.folder} path="" level={2} {...{ shown, onShow }} />}
    </>
  );
}

/** Directories of a folder's first level are open from the beginning, if there are no more of them. */
const MOST_OPENED = 5;

type DirectoryProps = Looking & { folder: Folder; path: string; level: number };

function Directory({ folder, path, level, shown, onShow }: DirectoryProps) {
  const at = useAsOf();
  const [pages, setPages] = useState(1);
  const listing = useQuery({
    ...directoryQuery(folder, at, path, pages),
    placeholderData: (previous) => previous,
  });
  return (
    <Loaded query={listing} what="Files" skeleton={<Skeleton rows={3} />}>
      {({ items, total }) => {
        const directories = items.filter(({ is_directory }) => is_directory).length;
        return (
          <>
            {items.length === 0 && path === "" && <p className={styles.none}>No files.</p>}
            {items.map((entry) =>
              entry.is_directory ? (
                <Subdirectory
                  key={entry.path}
                  entry={entry}
                  opensItself={path === "" && directories <= MOST_OPENED}
                  {...{ folder, level, shown, onShow }}
                />
              ) : (
                <TreeItem
                  key={entry.path}
                  id={itemId(folder, entry.path)}
                  level={level}
                  name={nameOf(entry)}
                  icon={<IconFile size={14} aria-hidden="true" />}
                  note={<Note entry={entry} />}
                  onPress={() => onShow({ folder, path: entry.path })}
                />
              ),
            )}
            {items.length < total && (
              <TreeItem
                id={`${itemId(folder, path)}\nmore`}
                level={level}
                name={`${formatInteger(Math.min(total - items.length, DIRECTORY_PAGE))} more of ${formatInteger(total)}`}
                onPress={() => setPages(pages + 1)}
              />
            )}
          </>
        );
      }}
    </Loaded>
  );
}

type SubdirectoryProps = Looking & { folder: Folder; entry: Entry; level: number; opensItself: boolean };

function Subdirectory({ folder, entry, level, opensItself, shown, onShow }: SubdirectoryProps) {
  const leadsToShown =
    shown !== null &&
    folderKey(shown.folder) === folderKey(folder) &&
    shown.path.startsWith(`${entry.path}/`);
  const [isOpen, setOpen] = useState(opensItself || leadsToShown);
  return (
    <>
      <TreeItem
        id={itemId(folder, entry.path)}
        level={level}
        name={nameOf(entry)}
        icon={<IconFolder size={14} aria-hidden="true" />}
        note={<Note entry={entry} />}
        isOpen={isOpen}
        onPress={() => setOpen(!isOpen)}
      />
      {isOpen && <Directory path={entry.path} level={level + 1} {...{ folder, shown, onShow }} />}
    </>
  );
}

function Note({ entry: { type, size_bytes } }: { entry: Entry }) {
  return (
    <>
      {type !== undefined && type !== null && type !== "other" && <span>{type}</span>}
      {size_bytes !== null && <span>{formatBytes(size_bytes)}</span>}
    </>
  );
}

function nameOf({ path }: Entry): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function itemId(folder: Folder, path: string): string {
  return `${folderKey(folder)}\n${path}`;
}
