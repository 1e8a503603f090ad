import { createTheme, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { useStore } from "@/lib/store";
import { scheme } from "./preferences";
import { Toaster } from "./toasts";

const theme = createTheme({
  fontFamily: "var(--font-text)",
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Theme and overlays for everything below. Mantine's variables come from a style sheet: no style tag is made at run time. */
export function UiProvider({ children }: { children: ReactNode }) {
  const current = useStore(scheme);
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={current}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
      <Toaster />
    </MantineProvider>
  );
}
