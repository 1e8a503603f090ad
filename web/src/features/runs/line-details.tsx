import { IconX } from "@tabler/icons-react";
import type { LogLine } from "@/api/types";
import { stripAnsi } from "@/lib/ansi";
import { formatInteger } from "@/lib/numbers";
import { IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/copyable-id";
import { Facts } from "@/ui/panel";
import { AbsoluteTime } from "@/ui/time";
import styles from "./logs.module.css";

interface Props {
  line: LogLine;
  /** Absent where what is around it has a close button. */
  onClose?: () => void;
}

/** One line in full: its text, and what is known of it. */
export function LineDetails({ line, onClose }: Props) {
  const text = stripAnsi(line.text);
  return (
    <aside className={styles.details} aria-label={`Line ${formatInteger(line.line)}`}>
      <div className={styles.detailsHead}>
        <h2>Line {formatInteger(line.line)}</h2>
        <CopyButton text={text} what="line" word="Line" />
        <CopyButton text={location.href} what="link to this line" word="Link" />
        {onClose && (
          <IconButton size="small" label="Close line details" onClick={onClose}>
            <IconX />
          </IconButton>
        )}
      </div>
      <pre className={styles.full}>{text}</pre>
      <Facts
        items={[
          ["Time", <AbsoluteTime key="time" time={line.time} milliseconds />],
          ["Level", line.level ?? "none stated"],
          ["Source", line.source || "—"],
          ["Stream", line.stream],
          ["Attempt", formatInteger(line.attempt)],
          ...Object.entries(line.fields ?? {}).map(
            ([name, value]) =>
              [
                name,
                <code key={name}>{typeof value === "string" ? value : JSON.stringify(value)}</code>,
              ] as const,
          ),
        ]}
      />
    </aside>
  );
}
