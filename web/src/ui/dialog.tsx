import { Drawer, Modal } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "./button";
import styles from "./dialog.module.css";

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: number;
  children: ReactNode;
}

const SHARED_CLASSES = { overlay: styles.overlay, title: styles.title, body: styles.body };
const DIALOG_CLASSES = { ...SHARED_CLASSES, inner: styles.inner, content: styles.content };
const SHEET_CLASSES = { ...SHARED_CLASSES, content: styles.sheet };

/**
 * Put the focus back where it was when an overlay leaves the page while it is open.
 * Mantine does so only where `opened` changes, not for an overlay that comes and goes as a whole.
 */
function useFocusReturn(opened: boolean): void {
  useEffect(() => {
    if (!opened) return;
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement && document.activeElement === document.body) opener.focus();
    };
  }, [opened]);
}

/** A modal dialog; full screen on a phone. Focus goes in, stays in, and returns to where it came from. */
export function Dialog({ title, opened, onClose, size = 480, children }: DialogProps) {
  useFocusReturn(opened);
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={size}
      lockScroll={false}
      transitionProps={{ duration: 100 }}
      classNames={DIALOG_CLASSES}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Mantine's own header is a <header>, which a page has only one of. */}
        <div className={styles.header}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close dialog" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A panel that comes up from below: what a side panel is on a phone. */
export function Sheet({ title, opened, onClose, children }: Omit<DialogProps, "size">) {
  useFocusReturn(opened);
  return (
    <Drawer.Root
      opened={opened}
      onClose={onClose}
      position="bottom"
      size="auto"
      lockScroll={false}
      transitionProps={{ duration: 120 }}
      classNames={SHEET_CLASSES}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={styles.header}>
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close panel" />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

interface ConfirmProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** What will happen, in words. */
  children: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  /** The name that must be typed first, for what cannot be undone. */
  typedName?: string;
  busy?: boolean;
  onConfirm: () => void;
}

export function ConfirmDialog({
  title,
  opened,
  onClose,
  children,
  confirmLabel,
  danger,
  typedName,
  busy,
  onConfirm,
}: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const ready = typedName === undefined || typed === typedName;
  return (
    <Dialog title={title} opened={opened} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onConfirm();
        }}
      >
        <div className={styles.text}>{children}</div>
        {typedName !== undefined && (
          <label className={styles.typed}>
            <span>
              Type <code>{typedName}</code> to confirm
            </span>
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              data-autofocus
              spellCheck={false}
            />
          </label>
        )}
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant={danger ? "danger" : "primary"}
            disabled={!ready}
            busy={busy}
            data-autofocus={typedName === undefined || undefined}
          >
            {confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why it is done: kept in the history with who did it. */
export function ReasonField({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <label className={styles.typed}>
      <span>Reason (optional, stands in the history)</span>
      <input
        value={value}
        maxLength={500}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
