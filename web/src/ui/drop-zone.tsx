import { IconUpload } from "@tabler/icons-react";
import { type DragEvent, type ReactNode, useId, useState } from "react";
import styles from "./drop-zone.module.css";

interface Props {
  /** What is wanted: "Drop a file here, or choose one". */
  label: string;
  /** Endings, as `<input accept>` takes them. */
  accept: string;
  onFile: (file: File) => void;
  children?: ReactNode;
}

/** Takes one file: dropped, or chosen by pointer or keyboard. */
export function DropZone({ label, accept, onFile, children }: Props) {
  const [over, setOver] = useState(false);
  const id = useId();
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field inside does the same by keyboard
    <div
      className={styles.zone}
      data-over={over || undefined}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <IconUpload size={20} aria-hidden="true" />
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      {children}
    </div>
  );
}
