import { type NavigateOptions, useRouter } from "@tanstack/react-router";

/** Opens a page here or in a new tab, there too with what every address keeps: the project and the moment. */
export function useOpen(): (to: NavigateOptions, inNewTab: boolean) => void {
  const router = useRouter();
  return (to, inNewTab) => {
    if (inNewTab) window.open(router.buildLocation(to as never).publicHref, "_blank", "noopener");
    else void router.navigate(to);
  };
}
