import { formatInteger } from "@/lib/numbers";
import { formatAbsolute, type Zone } from "@/lib/time";
import type { Mark } from "./lanes";
import styles from "./timeline.module.css";

interface GlyphProps {
  mark: Mark;
  y: number;
  /** Which of the series' colours. */
  tone: number;
  label: string;
  isStop: boolean;
  pinned: "A" | "B" | undefined;
  /** It lies behind the moment that is shown. */
  isLater: boolean;
  onPin: (seq: number) => void;
  onFocus: (seq: number) => void;
  onOpen: () => void;
}

/** One event, or several, as a button on its lane. */
export function MarkGlyph({
  mark,
  y,
  tone,
  label,
  isStop,
  pinned,
  isLater,
  onPin,
  onFocus,
  onOpen,
}: GlyphProps) {
  const { seq } = mark.moment.item;
  const isMany = mark.count > 1;
  const text = mark.count > 999 ? "999+" : String(mark.count);
  const half = isMany ? 7 + text.length * 3.5 : 6;
  return (
    <g
      role="button"
      tabIndex={isStop ? 0 : -1}
      aria-label={label}
      aria-pressed={pinned !== undefined}
      data-seq={seq}
      data-later={isLater || undefined}
      data-trouble={mark.trouble || undefined}
      className={styles.mark}
      style={{ color: `var(--s${tone})` }}
      transform={`translate(${mark.x} ${y})`}
      onClick={() => onPin(seq)}
      onDoubleClick={onOpen}
      onFocus={() => onFocus(seq)}
    >
      <title>{label}</title>
      <rect className={styles.ring} x={-half - 3} y={-11} width={2 * half + 6} height={22} rx={11} />
      {isMany ? (
        <>
          <rect className={styles.many} x={-half} y={-8} width={2 * half} height={16} rx={8} />
          <text y={4} textAnchor="middle">
            {text}
          </text>
        </>
      ) : mark.trouble ? (
        <path className={styles.one} d="M0 -6L6 5H-6z" />
      ) : (
        <circle className={styles.one} r={4.5} />
      )}
    </g>
  );
}

/** What a mark says to those who do not see it. */
export function labelOf(mark: Mark, lane: string, where: Zone): string {
  const { item, ms } = mark.moment;
  const when = formatAbsolute(ms, where);
  if (mark.count === 1) return `${item.title}, ${when}, lane ${lane}`;
  return `${formatInteger(mark.count)} events up to ${when}, lane ${lane}; the newest: ${item.title}`;
}
