import type { ComponentProps } from "react";
import { useReadOnly } from "@/api/as-of";
import { Button } from "./button";
import styles from "./write-button.module.css";

/**
 * A button that changes something. While the past is shown it stays where it is, says why it does nothing, and can be
 * reached by keyboard, so that everybody learns the reason.
 */
export function WriteButton(props: ComponentProps<typeof Button>) {
  const why = useReadOnly();
  if (why === null) return <Button {...props} />;
  return (
    <Button
      {...props}
      type="button"
      className={styles.blocked}
      title={why}
      aria-disabled="true"
      onClick={undefined}
    />
  );
}
