import { IconLock } from "@tabler/icons-react";
import type { Stage } from "@/api/types";
import styles from "./registry.module.css";
import { STAGES } from "./stages";

/** The way of a version: which stage it is in, and which of them are protected. */
export function StageStrip({ stage, protectedStages }: { stage: Stage; protectedStages: readonly Stage[] }) {
  return (
    <ol className={styles.strip} aria-label="Stages">
      {STAGES.map((each) => (
        <li key={each} data-stage={each} aria-current={each === stage ? "step" : undefined}>
          {each}
          {protectedStages.includes(each) && (
            <IconLock size={12} role="img" aria-label="protected: by approval only" />
          )}
        </li>
      ))}
    </ol>
  );
}
