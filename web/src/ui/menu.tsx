import { Menu as MantineMenu } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

interface MenuProps {
  /** The button that opens it. */
  target: ReactElement;
  children: ReactNode;
  width?: number;
  position?: "bottom-start" | "bottom-end";
  /** Whether it is open, where somebody else decides it. */
  opened?: boolean;
  onChange?: (opened: boolean) => void;
  /** Its button stands in something that cuts off what is inside (a table): it stands beside that. */
  outside?: boolean;
}

/** Where menus of tables stand: still in the landmark of the page's content. */
function mainElement(): HTMLElement {
  return document.querySelector("main") ?? document.body;
}

export function Menu({
  target,
  children,
  width,
  position = "bottom-start",
  opened,
  onChange,
  outside,
}: MenuProps) {
  return (
    <MantineMenu
      width={width}
      position={position}
      offset={4}
      {...(opened === undefined ? {} : { opened, onChange })}
      // It stays in the landmark of its button; fixed, so that nothing that scrolls cuts it off.
      withinPortal={outside === true}
      portalProps={outside ? { target: mainElement() } : undefined}
      floatingStrategy="fixed"
      withInitialFocusPlaceholder={false}
      // Not the key that has just opened it.
      clickOutsideEvents={["mousedown", "touchstart"]}
      transitionProps={{ duration: 80 }}
      classNames={{ dropdown: styles.dropdown, item: styles.item }}
    >
      <MantineMenu.Target>{target}</MantineMenu.Target>
      <MantineMenu.Dropdown>{children}</MantineMenu.Dropdown>
    </MantineMenu>
  );
}

interface ItemProps {
  hint?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  /** Why it cannot be chosen now. */
  disabled?: string | null;
  children: ReactNode;
}

export function MenuItem({ hint, onSelect, danger, disabled, children }: ItemProps) {
  return (
    <MantineMenu.Item
      rightSection={hint}
      className={danger ? styles.danger : undefined}
      title={disabled ?? undefined}
      // It can be reached all the same: its reason is to be read.
      aria-disabled={disabled ? true : undefined}
      closeMenuOnClick={!disabled}
      onClick={disabled ? undefined : onSelect}
    >
      {children}
    </MantineMenu.Item>
  );
}
