import { IconHistory, IconKeyboard, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useAsOf } from "@/api/as-of";
import { authMethodsQuery } from "@/api/session";
import { useStore } from "@/lib/store";
import { IconButton } from "@/ui/button";
import { Keys } from "@/ui/keys";
import { crumbs } from "@/ui/page-header";
import { scheme, sidebar, toggleScheme } from "@/ui/preferences";
import { useShortcuts } from "@/ui/shortcuts";
import { ConnectionBadge } from "./connection-badge";
import { Logo } from "./logo";
import { closeOverlay, overlay } from "./overlays";
import { PhoneBar } from "./phone-bar";
import styles from "./shell.module.css";
import { globalShortcuts } from "./shortcuts";
import { Sidebar, useProject } from "./sidebar";

const loadSearch = () => import("./search-overlay");
const SearchOverlay = lazy(loadSearch);
const ShortcutsHelp = lazy(() => import("./shortcuts-help"));
const loadTimeMachine = () => import("./time-machine");
const TimeMachine = lazy(loadTimeMachine);
const AsOfBar = lazy(() => import("./as-of-bar"));

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  const side = useStore(sidebar);
  useShortcuts(useMemo(() => globalShortcuts((to) => void navigate({ to })), [navigate]));
  return (
    <div className={styles.shell} data-sidebar={side}>
      <button type="button" className={styles.skip} onClick={() => document.getElementById("main")?.focus()}>
        Skip to content
      </button>
      <Header />
      <Sidebar collapsed={side === "collapsed"} />
      <main id="main" className={styles.main} tabIndex={-1}>
        <Banner />
        <AsOf />
        {children}
      </main>
      <PhoneBar />
      <Overlays />
    </div>
  );
}

function Header() {
  const colors = useStore(scheme);
  return (
    <header className={styles.header}>
      <Link to="/" className={styles.brand} aria-label="AI Infra Studio">
        <Logo />
        <span>AI Infra Studio</span>
      </Link>
      <Breadcrumb />
      <button
        type="button"
        className={styles.search}
        aria-keyshortcuts="/ Control+K"
        onClick={() => overlay.set("search")}
        onPointerEnter={() => void loadSearch()}
        onFocus={() => void loadSearch()}
      >
        <IconSearch size={16} aria-hidden="true" />
        <span>Search by name or id…</span>
        <span className={styles.searchKeys} aria-hidden="true">
          <Keys keys="/ mod+K" />
        </span>
      </button>
      <ConnectionBadge />
      <TimeMachineButton />
      <IconButton
        label={colors === "dark" ? "Light theme" : "Dark theme"}
        keys="shift+D"
        onClick={toggleScheme}
      >
        {colors === "dark" ? <IconMoon /> : <IconSun />}
      </IconButton>
      <IconButton
        label="Keyboard shortcuts"
        keys="?"
        className={styles.help}
        onClick={() => overlay.set("shortcuts")}
      >
        <IconKeyboard />
      </IconButton>
    </header>
  );
}

function TimeMachineButton() {
  const isPast = useAsOf() !== undefined;
  return (
    <IconButton
      label="Time machine"
      keys="t"
      className={isPast ? styles.past : undefined}
      onClick={() => overlay.set("time-machine")}
      onPointerEnter={() => void loadTimeMachine()}
      onFocus={() => void loadTimeMachine()}
    >
      <IconHistory />
    </IconButton>
  );
}

function Breadcrumb() {
  const steps = useStore(crumbs);
  const { slug } = useProject();
  return (
    <nav aria-label="Breadcrumb" className={styles.crumbs}>
      <ol>
        <li>{slug}</li>
        {steps.map((step, index) => (
          <li key={step.label} aria-current={index === steps.length - 1 ? "page" : undefined}>
            {step.link ? <Link {...step.link}>{step.label}</Link> : step.label}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What everybody who uses this server must know: it is open, say. */
function Banner() {
  const methods = useQuery(authMethodsQuery);
  if (!methods.data?.banner) return null;
  return (
    <p role="note" className={styles.banner}>
      {methods.data.banner}
    </p>
  );
}

/** That the page shows the past, and the way back. */
function AsOf() {
  const at = useAsOf();
  return <Suspense>{at !== undefined && <AsOfBar at={at} />}</Suspense>;
}

function Overlays() {
  const open = useStore(overlay);
  return (
    <Suspense>
      {open === "search" && <SearchOverlay onClose={closeOverlay} />}
      {open === "time-machine" && <TimeMachine onClose={closeOverlay} />}
      {open === "shortcuts" && <ShortcutsHelp onClose={closeOverlay} />}
    </Suspense>
  );
}
