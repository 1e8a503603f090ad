import styles from "./code-block.module.css";
import { CopyButton } from "./copyable-id";

/** Code to copy. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <figure className={styles.block}>
      <figcaption className={styles.caption}>
        <span>{label}</span>
        <CopyButton text={code} what={`the ${label} snippet`} />
      </figcaption>
      {/* Long lines scroll sideways, by keyboard too. */}
      <pre className={styles.code} tabIndex={0}>
        {code}
      </pre>
    </figure>
  );
}
