import type { LinkProps } from "@tanstack/react-router";

/**
 * A list, narrowed as its address says. Their search parameters are not checked here: a route with a loader and a
 * feature that links to it would have to know each other's types.
 */
export function toList(
  to: "/instances" | "/runs" | "/deployments" | "/registry",
  search: Record<string, string> = {},
): LinkProps {
  return { to, search: search as never };
}
