import styles from "./keys.module.css";

/** Keys as they stand on the keyboard; a sequence is parted by blanks. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(" ").map((key) => (
        <kbd key={key} className={styles.key}>
          {nameOf(key)}
        </kbd>
      ))}
    </span>
  );
}

function nameOf(key: string): string {
  const name = key
    .replace("mod+", isMac ? "⌘" : "Ctrl ")
    .replace("shift+", "⇧")
    .replace("enter", "↵");
  // A letter with a modifier is written as it stands on the keyboard.
  return name.length > 1 ? name.replace(/[a-z]$/, (letter) => letter.toUpperCase()) : name;
}

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
