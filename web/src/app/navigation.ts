import {
  type Icon,
  IconFlask,
  IconLayoutDashboard,
  IconPackage,
  IconRocket,
  IconServer,
  IconTimelineEvent,
} from "@tabler/icons-react";
import { useRouterState } from "@tanstack/react-router";

interface Page {
  label: string;
  to: "/" | "/experiments" | "/registry" | "/deployments" | "/instances" | "/timeline";
  icon: Icon;
  /** The key after `g`. */
  key: string;
  /** Beginnings of other addresses that belong to the page. */
  holds?: readonly string[];
}

export type PageAddress = Page["to"];

interface Group {
  /** Absent: it stands above the groups. */
  label?: string;
  pages: readonly Page[];
}

/** The pages there are, as the sidebar, the phone's bar and the keys offer them. */
export const navigation: readonly Group[] = [
  { pages: [{ label: "Dashboard", to: "/", icon: IconLayoutDashboard, key: "d" }] },
  {
    label: "Build",
    pages: [{ label: "Experiments", to: "/experiments", icon: IconFlask, key: "e", holds: ["/runs"] }],
  },
  {
    label: "Ship",
    pages: [
      { label: "Registry", to: "/registry", icon: IconPackage, key: "r" },
      { label: "Deployments", to: "/deployments", icon: IconRocket, key: "p" },
      { label: "Instances", to: "/instances", icon: IconServer, key: "i" },
    ],
  },
  {
    label: "Observe",
    pages: [{ label: "Timeline", to: "/timeline", icon: IconTimelineEvent, key: "l" }],
  },
];

/** The address of the page that the current address belongs to. */
export function useCurrentPage(): Page["to"] | undefined {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return navigation
    .flatMap((group) => group.pages)
    .find(({ to, holds }) =>
      to === "/" ? path === "/" : [to, ...(holds ?? [])].some((beginning) => path.startsWith(beginning)),
    )?.to;
}
