import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { cx } from "./class-names";
import styles from "./copyable-id.module.css";

/** Put a text on the clipboard; `false` where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // the clipboard API needs https or localhost
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

interface CopyButtonProps {
  text: string;
  /** What is copied: "run id". */
  what: string;
  /** A word beside the mark, where there are several. */
  word?: string;
}

/** Copies a text with one click and says so. */
export function CopyButton({ text, what, word }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied(await copyText(text));
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button
      type="button"
      className={cx(styles.copy, word && styles.word)}
      aria-label={copied ? "Copied" : `Copy ${what}`}
      title={copied ? "Copied" : `Copy ${what}`}
      onClick={copy}
    >
      {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      {word}
    </button>
  );
}

/** An id, shortened to what people read, copied in full. */
export function CopyableId({ id, what = "id", length = 8 }: { id: string; what?: string; length?: number }) {
  return (
    <span className={styles.id}>
      <code title={id}>{shortId(id, length)}</code>
      <CopyButton text={id} what={what} />
    </span>
  );
}

/** The first characters of a long id; a prefix such as `dep_` does not count. */
export function shortId(id: string, length = 8): string {
  const prefix = /^[a-z]{3}_/.exec(id)?.[0].length ?? 0;
  return id.slice(0, prefix + length);
}
