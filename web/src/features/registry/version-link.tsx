import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import styles from "./registry.module.css";

interface Props {
  modelId: string;
  number: number;
  children?: ReactNode;
}

/** `v18`, which leads to the version. */
export function VersionLink({ modelId, number, children }: Props) {
  return (
    <Link
      to="/registry/$id/v/$n"
      params={{ id: modelId, n: String(number) }}
      className={styles.name}
      activeProps={{}}
    >
      {children ?? `v${number}`}
    </Link>
  );
}
