import { Popover as MantinePopover } from "@mantine/core";
import { type ReactElement, type ReactNode, useState } from "react";
import styles from "./popover.module.css";

interface Props {
  /** What it holds: its accessible name. */
  label: string;
  /** The button that opens it. */
  target: (open: { expanded: boolean; toggle: () => void }) => ReactElement;
  width?: number;
  position?: "bottom-start" | "bottom-end";
  /** Drawn only while it is open; it may close itself, and then do something. */
  children: (close: (then?: () => void) => void) => ReactNode;
}

/** A small dialog beside its button; focus goes in, and returns to the button by Escape. */
export function Popover({ label, target, width = 280, position = "bottom-end", children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <MantinePopover
      opened={opened}
      onChange={setOpened}
      width={width}
      position={position}
      offset={4}
      trapFocus
      returnFocus
      transitionProps={{ duration: 80 }}
      classNames={{ dropdown: styles.dropdown }}
    >
      <MantinePopover.Target>
        {target({ expanded: opened, toggle: () => setOpened(!opened) })}
      </MantinePopover.Target>
      <MantinePopover.Dropdown aria-label={label}>
        {opened &&
          children((then) => {
            setOpened(false);
            then?.();
          })}
      </MantinePopover.Dropdown>
    </MantinePopover>
  );
}
