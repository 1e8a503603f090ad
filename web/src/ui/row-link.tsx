import { type LinkProps, useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

type Target = Pick<LinkProps, "to">["to"];

/** Addresses by where they lead, with what the page's own address carried along; their ids are put in later. */
const known = new Map<Target, { carried: string; address: string }>();
const ID = "__id__";
/** A pointer that stays for so long may be about to click. */
const INTENT_MS = 50;
let intent: ReturnType<typeof setTimeout> | undefined;

interface Props {
  /** A page with one parameter, `id`. */
  to: Target;
  id: string;
  className?: string;
  children: ReactNode;
}

/**
 * A link to what a row is about. There are dozens that come and go with each step of a scroll bar: unlike the router's own
 * it follows nothing and works out its address once for all rows.
 */
export function RowLink({ to, id, className, children }: Props) {
  const router = useRouter();
  const target = { to, params: { id } } as LinkProps;
  const preload = () => {
    clearTimeout(intent);
    intent = setTimeout(() => void router.preloadRoute(target as never), INTENT_MS);
  };
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(target);
  };
  return (
    <a
      href={addressOf(router, to, id)}
      className={className}
      onClick={follow}
      onMouseEnter={preload}
      onMouseLeave={() => clearTimeout(intent)}
      onFocus={preload}
    >
      {children}
    </a>
  );
}

function addressOf(router: ReturnType<typeof useRouter>, to: Target, id: string): string {
  const carried = router.latestLocation.searchStr;
  let found = known.get(to);
  if (found?.carried !== carried) {
    found = { carried, address: router.buildLocation({ to, params: { id: ID } } as LinkProps).publicHref };
    known.set(to, found);
  }
  return found.address.replace(ID, encodeURIComponent(id));
}
