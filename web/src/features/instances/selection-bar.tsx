import { IconDownload, IconEdit, IconTrash, IconX } from "@tabler/icons-react";
import { formatInteger } from "@/lib/numbers";
import { Button, IconButton } from "@/ui/button";
import { ChoiceFilter } from "@/ui/choice-filter";
import { ToolbarSpace } from "@/ui/toolbar";
import { type FieldName, STATUSES } from "./fields";
import styles from "./instances.module.css";

interface Props {
  count: number;
  /** Selected rows that the filter does not show. */
  hidden: number;
  /** How many match in all, where not all of them are selected and they may be. */
  matching: number | null;
  refusal: string | null;
  onAll: () => void;
  onEdit: (field: FieldName, value?: string) => void;
  onExport: () => void;
  onDelete: () => void;
  onClear: () => void;
}

/** What can be done with the selected rows. */
export function SelectionBar(props: Props) {
  const { count, hidden, matching, refusal } = props;
  const off = { disabled: refusal !== null, title: refusal ?? undefined };
  return (
    <>
      <ToolbarSpace />
      <span role="status" className={styles.selected}>
        {formatInteger(count)} selected{hidden > 0 && `, ${formatInteger(hidden)} hidden`}
      </span>
      {matching !== null && (
        <button type="button" className={styles.link} onClick={props.onAll}>
          Select all {formatInteger(matching)}
        </button>
      )}
      {refusal === null && (
        <ChoiceFilter
          label="Set status"
          noAll
          choices={STATUSES.map((value) => ({ value }))}
          value={undefined}
          onChange={(value) => props.onEdit("status", value)}
        />
      )}
      <Button {...off} icon={<IconEdit />} onClick={() => props.onEdit("replicas")}>
        Edit…
      </Button>
      <Button icon={<IconDownload />} onClick={props.onExport}>
        Export…
      </Button>
      <Button {...off} variant="danger" icon={<IconTrash />} onClick={props.onDelete}>
        Delete…
      </Button>
      <IconButton label="Clear the selection" onClick={props.onClear}>
        <IconX />
      </IconButton>
    </>
  );
}
