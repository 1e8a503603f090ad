import { Menu as MantineMenu } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

interface MenuProps {
  /** The button that opens it. */
  target: ReactElement;
  children: ReactNode;
  width?: number;
}

export function Menu({ target, children, width }: MenuProps) {
  return (
    <MantineMenu
      width={width}
      position="bottom-start"
      offset={4}
      // It stays in the landmark of its button; fixed, so that nothing that scrolls cuts it off.
      withinPortal={false}
      floatingStrategy="fixed"
      withInitialFocusPlaceholder={false}
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
  children: ReactNode;
}

export function MenuItem({ hint, onSelect, children }: ItemProps) {
  return (
    <MantineMenu.Item rightSection={hint} onClick={onSelect}>
      {children}
    </MantineMenu.Item>
  );
}
