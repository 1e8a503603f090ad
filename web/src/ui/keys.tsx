import styles from "./keys.module.css";

/** Keys as they stand on the keyboard; a sequence is parted by blanks. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(" ").map((key) => (
        <kbd key={key} className={styles.key}>
          {key
            .replace("mod+", isMac ? "⌘" : "Ctrl ")
            .replace("shift+", "⇧")
            .replace("enter", "↵")}
        </kbd>
      ))}
    </span>
  );
}

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
