import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { afterEvent } from "@/lib/as-of";

interface Props {
  seq: number;
  label?: string;
  className?: string;
  children: ReactNode;
}

/** Shows the same view as of the moment right after an event. */
export function MomentLink({ seq, label, className, children }: Props) {
  return (
    <Link
      to="."
      search={(old) => ({ ...old, at: afterEvent(seq) })}
      replace
      className={className}
      aria-label={label}
    >
      {children}
    </Link>
  );
}
