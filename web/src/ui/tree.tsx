import { IconChevronRight } from "@tabler/icons-react";
import {
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";
import styles from "./tree.module.css";

interface TreeState {
  /** The item that is chosen, by its id. */
  chosen: string | undefined;
  /** The item that Tab reaches. */
  reachable: string | undefined;
  onReach: (id: string) => void;
}

const TreeContext = createContext<TreeState>({ chosen: undefined, reachable: undefined, onReach: () => {} });

interface TreeProps {
  label: string;
  /** The item that is chosen, by its id. */
  chosen: string | undefined;
  /** `TreeItem`s, each before those that lie in it. */
  children: ReactNode;
}

/**
 * Items that lie within each other, as the ARIA practice for trees has it: one item takes the focus, arrows move it,
 * right opens and left closes, and a letter leads to the next item that begins so.
 */
export function Tree({ label, chosen, children }: TreeProps) {
  const [reachable, onReach] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const state = useMemo(() => ({ chosen, reachable, onReach }), [chosen, reachable]);

  function handle(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[role="treeitem"]') ?? [])];
    const index = items.indexOf(event.target as HTMLElement);
    const answer = answerTo(event.key, items, index);
    if (answer === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (answer === "press") items[index]?.click();
    else answer?.focus();
  }

  return (
    <TreeContext value={state}>
      <div
        ref={list}
        role="tree"
        aria-label={label}
        tabIndex={reachable === undefined ? 0 : -1}
        className={styles.tree}
        onKeyDown={handle}
        onFocus={({ target, currentTarget }) => {
          if (target === currentTarget) firstOf(currentTarget)?.focus();
        }}
      >
        {children}
      </div>
    </TreeContext>
  );
}

/** The chosen item, or the first one. */
function firstOf(tree: HTMLElement): HTMLElement | null {
  return (
    tree.querySelector('[role="treeitem"][aria-selected="true"]') ?? tree.querySelector('[role="treeitem"]')
  );
}

/** Which item a key leads to, or that it presses the focused one; null: nothing to do, undefined: not our key. */
function answerTo(
  key: string,
  items: readonly HTMLElement[],
  index: number,
): HTMLElement | "press" | null | undefined {
  const item = items[index];
  if (item === undefined) return undefined;
  const isOpen = item.getAttribute("aria-expanded");
  switch (key) {
    case "ArrowDown":
      return items[index + 1] ?? null;
    case "ArrowUp":
      return items[index - 1] ?? null;
    case "Home":
      return items[0] ?? null;
    case "End":
      return items.at(-1) ?? null;
    case "ArrowRight":
      if (isOpen === "false") return "press";
      return isOpen === "true" && levelOf(items[index + 1]) > levelOf(item) ? items[index + 1] : null;
    case "ArrowLeft":
      if (isOpen === "true") return "press";
      return items.slice(0, index).findLast((above) => levelOf(above) < levelOf(item)) ?? null;
    case "Enter":
    case " ":
      return "press";
    default:
      return key.length === 1 ? nextNamed(items, index, key) : undefined;
  }
}

function levelOf(item: HTMLElement | undefined): number {
  return Number(item?.getAttribute("aria-level") ?? 0);
}

/** The next item whose name begins with a letter, from the top again behind the last one. */
function nextNamed(items: readonly HTMLElement[], index: number, letter: string): HTMLElement | undefined {
  const wanted = letter.toLocaleLowerCase();
  return [...items.slice(index + 1), ...items.slice(0, index + 1)].find((item) =>
    item.dataset.name?.toLocaleLowerCase().startsWith(wanted),
  );
}

interface ItemProps {
  id: string;
  /** How deep it lies; the outermost items have 1. */
  level: number;
  name: string;
  icon?: ReactNode;
  /** What stands behind the name. */
  note?: ReactNode;
  /** Whether what lies in it is shown; undefined: nothing can lie in it. */
  isOpen?: boolean;
  onPress: () => void;
}

/** An item of a tree: it is pressed to open or close it, or to choose it. */
export function TreeItem({ id, level, name, icon, note, isOpen, onPress }: ItemProps) {
  const { chosen, reachable, onReach } = useContext(TreeContext);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes all keys
    <div
      role="treeitem"
      data-name={name}
      aria-level={level}
      aria-expanded={isOpen}
      aria-selected={id === chosen}
      tabIndex={id === reachable ? 0 : -1}
      className={styles.item}
      style={{ paddingLeft: 8 + (level - 1) * 16 }}
      onFocus={() => onReach(id)}
      onClick={onPress}
    >
      <span className={styles.chevron} data-open={isOpen || undefined}>
        {isOpen !== undefined && <IconChevronRight size={14} aria-hidden="true" />}
      </span>
      {icon}
      <span className={styles.name}>{name}</span>
      {note !== undefined && <span className={styles.note}>{note}</span>}
    </div>
  );
}
