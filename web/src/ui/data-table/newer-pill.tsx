import { IconArrowUp } from "@tabler/icons-react";
import { formatInteger } from "@/lib/numbers";
import styles from "./data-table.module.css";

/** Says that the list has newer rows than those shown; nothing moves until it is pressed. */
export function NewerPill({ count, onShow }: { count?: number; onShow: () => void }) {
  return (
    <button type="button" className={styles.newer} onClick={onShow}>
      <IconArrowUp size={14} aria-hidden="true" /> {count ? `${formatInteger(count)} newer` : "Newer rows"}
    </button>
  );
}
