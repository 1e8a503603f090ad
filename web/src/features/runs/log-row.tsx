import { memo } from "react";
import type { LogLine } from "@/api/types";
import { type AnsiSpan, parseAnsi } from "@/lib/ansi";
import { formatInteger } from "@/lib/numbers";
import { formatClock, parseTime, type Zone } from "@/lib/time";
import { levelOf } from "./log-levels";
import { splitByHits } from "./log-lines";
import styles from "./logs.module.css";

/** The eight colours of terminals, in ours. */
const ANSI_COLORS = ["--fg-3", "--err-fg", "--ok-fg", "--warn-fg", "--run-fg", "--pend-fg", "--s7", "--fg-2"];

const SHORT = { error: "E", warn: "W", info: "I", debug: "D", plain: "" };

interface Props {
  line: LogLine | undefined;
  zone: Zone;
  /** What is marked. */
  pattern: RegExp | null;
}

export const LogRow = memo(function LogRow({ line, zone, pattern }: Props) {
  if (!line) return <span className={styles.waiting} role="gridcell" aria-label="Loading" />;
  const level = levelOf(line.level);
  return (
    <span className={styles.line} data-level={level} data-stream={line.stream}>
      <span role="gridcell" className={styles.number}>
        {formatInteger(line.line)}
      </span>
      <span role="gridcell" className={styles.time}>
        {formatClock(parseTime(line.time), zone, true)}
      </span>
      <span role="gridcell" className={styles.level} data-short={SHORT[level]}>
        {level === "plain" ? "" : level.toUpperCase()}
      </span>
      <span role="gridcell" className={styles.source}>
        {line.source || line.stream}
      </span>
      <span role="gridcell" className={styles.text}>
        {parseAnsi(line.text).map((span, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never move
          <Styled key={index} span={span} pattern={pattern} />
        ))}
      </span>
    </span>
  );
});

function Styled({ span, pattern }: { span: AnsiSpan; pattern: RegExp | null }) {
  const pieces = splitByHits(span.text, pattern);
  const style = {
    color: span.color === null ? undefined : `var(${ANSI_COLORS[span.color]})`,
    fontWeight: span.bold ? 620 : undefined,
    opacity: span.dim ? 0.8 : undefined,
  };
  return (
    <span style={style}>
      {pieces.map((piece, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never move
          <mark key={index}>{piece}</mark>
        ) : (
          piece
        ),
      )}
    </span>
  );
}
