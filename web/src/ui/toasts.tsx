import { IconX } from "@tabler/icons-react";
import { Store, useStore } from "@/lib/store";
import { Button } from "./button";
import { cx } from "./class-names";
import styles from "./toasts.module.css";

interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  tone: "ok" | "err" | "mute";
  title: string;
  detail?: string;
  action?: ToastAction;
}

interface Shown extends Toast {
  id: number;
}

const MOST = 4;
const STAYS_MS = 8000;
const toasts = new Store<Shown[]>([]);
let nextId = 1;

/** Tell what happened, bottom right. Errors stay until they are closed, the rest for eight seconds. */
export function toast(message: Toast): void {
  const id = nextId;
  nextId += 1;
  toasts.set((old) => [...old, { ...message, id }].slice(-MOST));
  if (message.tone !== "err") setTimeout(() => close(id), STAYS_MS);
}

function close(id: number): void {
  toasts.set((old) => old.filter((one) => one.id !== id));
}

export function Toaster() {
  const shown = useStore(toasts);
  return (
    <div className={styles.stack} role="status" aria-live="polite" aria-label="Notifications">
      {shown.map((one) => (
        <div key={one.id} className={cx(styles.toast, styles[one.tone])}>
          <div className={styles.text}>
            <strong>{one.title}</strong>
            {one.detail && <span>{one.detail}</span>}
          </div>
          {one.action && (
            <Button
              size="small"
              onClick={() => {
                one.action?.run();
                close(one.id);
              }}
            >
              {one.action.label}
            </Button>
          )}
          <button
            type="button"
            className={styles.close}
            aria-label="Close notification"
            onClick={() => close(one.id)}
          >
            <IconX size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
