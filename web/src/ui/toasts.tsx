import { IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import type { ApiError } from "@/api/errors";
import { Store, useStore } from "@/lib/store";
import { Button } from "./button";
import { cx } from "./class-names";
import { CopyButton } from "./copyable-id";
import { Keys } from "./keys";
import { type Shortcut, useShortcuts } from "./shortcuts";
import styles from "./toasts.module.css";

interface ToastAction {
  label: string;
  run: () => void;
  /** Keys that do it while the toast is there: `z` undoes. */
  keys?: string;
}

export interface Toast {
  tone: "ok" | "err" | "mute";
  title: string;
  detail?: string;
  actions?: readonly ToastAction[];
  /** What the server said, for those who want to know or report it. */
  error?: ApiError;
}

interface Shown extends Toast {
  id: number;
}

const MOST = 4;
const STAYS_MS = 8000;
const toasts = new Store<Shown[]>([]);
let nextId = 1;

/** Somebody points at a toast or has the focus in one: none of them goes. */
const isRead = new Store(false);
const TICK_MS = 250;

/** Let a toast go once it has been there for a time, not counting when it is read or nobody can see it. */
function leaveAfter(id: number, ms: number): void {
  setTimeout(() => {
    const left = isRead.get() || document.hidden ? ms : ms - TICK_MS;
    if (left <= 0) close(id);
    else leaveAfter(id, left);
  }, TICK_MS);
}

/** Tell what happened, bottom right. Errors stay until they are closed, the rest for eight seconds. */
export function toast(message: Toast): void {
  const id = nextId;
  nextId += 1;
  toasts.set((old) => [...old, { ...message, id }].slice(-MOST));
  if (message.tone !== "err") leaveAfter(id, STAYS_MS);
}

function close(id: number): void {
  // What had the pointer may go under it: nothing tells that it left.
  isRead.set(false);
  toasts.set((old) => old.filter((one) => one.id !== id));
}

export function Toaster() {
  const shown = useStore(toasts);
  return (
    <>
      <UndoKeys shown={shown} />
      <div
        className={styles.stack}
        role="status"
        aria-live="polite"
        aria-label="Notifications"
        onPointerEnter={() => isRead.set(true)}
        onPointerLeave={() => isRead.set(false)}
        onFocus={() => isRead.set(true)}
        onBlur={() => isRead.set(false)}
      >
        {shown.map((one) => (
          <Notification key={one.id} toast={one} />
        ))}
      </div>
    </>
  );
}

const NO_KEYS: readonly Shortcut[] = [];

/** The keys of the newest toast that has some. */
function UndoKeys({ shown }: { shown: readonly Shown[] }) {
  const newest = shown.findLast(({ actions }) => actions?.some(({ keys }) => keys));
  useShortcuts(
    useMemo(
      () =>
        newest?.actions?.flatMap(({ keys, label, run }) =>
          keys
            ? [keys, `mod+${keys}`].map((one) => ({
                keys: one,
                does: label,
                group: "Notification",
                run: () => {
                  close(newest.id);
                  run();
                },
              }))
            : [],
        ) ?? NO_KEYS,
      [newest],
    ),
  );
  return null;
}

function Notification({ toast: { id, tone, title, detail, actions, error } }: { toast: Shown }) {
  return (
    <div className={cx(styles.toast, styles[tone])}>
      <div className={styles.text}>
        <strong>{title}</strong>
        {detail && <span>{detail}</span>}
        {error && (
          <details>
            <summary>Details</summary>
            <code>{error.type}</code> {error.status > 0 && `(${error.status})`}
            {error.requestId && (
              <>
                {" "}
                · request <code>{error.requestId}</code>{" "}
                <CopyButton text={error.requestId} what="request id" />
              </>
            )}
          </details>
        )}
      </div>
      {actions?.map(({ label, run, keys }) => (
        <Button
          key={label}
          size="small"
          onClick={() => {
            close(id);
            run();
          }}
        >
          {label}
          {keys && <Keys keys={keys} />}
        </Button>
      ))}
      <button
        type="button"
        className={styles.close}
        aria-label="Close notification"
        onClick={() => close(id)}
      >
        <IconX size={16} />
      </button>
    </div>
  );
}
