import { Menu as MantineMenu } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

interface MenuProps {
  /** The button that opens it. */
  target: ReactElement;
  children: ReactNode;
  width?: number | "target";
  position?: "bottom-start" | "bottom-end";
  /** Stay open while choosing (check boxes). */
  keepOpen?: boolean;
}

export function Menu({ target, children, width, position = "bottom-start", keepOpen }: MenuProps) {
  return (
    <MantineMenu
      width={width}
      position={position}
      offset={4}
      withInitialFocusPlaceholder={false}
      closeOnItemClick={!keepOpen}
      transitionProps={{ duration: 80 }}
      classNames={{
        dropdown: styles.dropdown,
        item: styles.item,
        label: styles.label,
        divider: styles.divider,
      }}
    >
      <MantineMenu.Target>{target}</MantineMenu.Target>
      <MantineMenu.Dropdown>{children}</MantineMenu.Dropdown>
    </MantineMenu>
  );
}

interface ItemProps {
  icon?: ReactNode;
  hint?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, hint, danger, disabled, onSelect, children }: ItemProps) {
  return (
    <MantineMenu.Item
      leftSection={icon}
      rightSection={hint}
      disabled={disabled}
      data-danger={danger || undefined}
      onClick={onSelect}
    >
      {children}
    </MantineMenu.Item>
  );
}

export const MenuLabel = MantineMenu.Label;
export const MenuDivider = MantineMenu.Divider;
