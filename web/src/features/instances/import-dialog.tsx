import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { ImportReport, Operation } from "@/api/types";
import { formatInteger, plural } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { useLive } from "@/live/context";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { DropZone } from "@/ui/drop-zone";
import { ErrorSummary, FormActions } from "@/ui/form";
import { Pill } from "@/ui/pill";
import { Progress } from "@/ui/progress";
import type { Tone } from "@/ui/status";
import { toast } from "@/ui/toasts";
import { reasonOf } from "./editing";
import { Options } from "./export-dialog";
import { ENDINGS, formatOf } from "./formats";
import { beginImport, cancelImport, type OnConflict, whenImported } from "./import-api";
import styles from "./instances.module.css";
import { useRefusal } from "./use-refusal";

interface Props {
  project: string | undefined;
  onClose: () => void;
}

/** Takes a file of instances: first says what it would do with each row, then does it. */
export function ImportDialog({ project, onClose }: Props) {
  const client = useQueryClient();
  const refusal = useRefusal();
  const live = useLive();
  const [file, setFile] = useState<File | null>(null);
  const [onConflict, setOnConflict] = useState<OnConflict>("update");
  const [report, setReport] = useState<ImportReport | null>(null);
  const [going, setGoing] = useState<Operation | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);

  const run = async (given: File, dryRun: boolean, conflict: OnConflict) => {
    const format = formatOf(given.name);
    setWrong(format ? null : `${given.name} ends in none of ${ENDINGS.replaceAll(",", ", ")}.`);
    if (!format) return;
    setFile(given);
    setReport(null);
    setBusy(true);
    try {
      const begun = await beginImport({ file: given, format, project, onConflict: conflict, dryRun });
      const made = await whenImported(begun, live, setGoing);
      setReport(made);
      if (dryRun || made.failed > 0) return;
      toast({ tone: "ok", title: `${given.name}: ${wordsOf(made)}` });
      void client.invalidateQueries({ queryKey: queryKeys.instances.all });
      onClose();
    } catch (error) {
      const failure = toApiError(error);
      setWrong(failure.type === "CLIENT_ERROR" ? failure.message : reasonOf(failure));
    } finally {
      setBusy(false);
      setGoing(null);
    }
  };
  const changing = report ? report.created + report.updated : 0;
  const blocked = !report
    ? "Choose a file first"
    : report.failed > 0
      ? "Mend the file first: an import is all or nothing"
      : changing === 0
        ? "Nothing to change"
        : refusal;
  return (
    <Dialog title="Import instances" opened onClose={onClose} size={720}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (file) void run(file, false, onConflict);
        }}
      >
        {wrong && <ErrorSummary problems={[{ field: null, message: wrong }]} />}
        {!busy && (
          <DropZone
            label={file ? `${file.name}, ${formatBytes(file.size)}` : "Drop a file here, or choose one"}
            accept={ENDINGS}
            onFile={(given) => void run(given, true, onConflict)}
          >
            <span className={styles.mute}>
              CSV, JSON, NDJSON, Excel or Parquet, up to 10,000 rows and 64 MB. Nothing is changed before you
              say so.
            </span>
          </DropZone>
        )}
        {busy && (
          <div className={styles.form}>
            <Progress
              label={going?.kind ?? `Reading ${file?.name ?? "the file"}`}
              done={going?.progress?.done ?? 0}
              total={going?.progress?.total ?? null}
              unit={going?.progress?.unit ?? "rows"}
            />
            {going && (
              <div>
                <Button size="small" onClick={() => void cancelImport(going.id)}>
                  Cancel the import
                </Button>
              </div>
            )}
          </div>
        )}
        <Options
          legend="Instances whose name is there already"
          value={onConflict}
          options={[
            { value: "update", label: "Change them", hint: "to what the file says" },
            { value: "skip", label: "Leave them as they are" },
            { value: "fail", label: "Refuse the file" },
          ]}
          onChange={(value) => {
            setOnConflict(value as OnConflict);
            if (file) void run(file, true, value as OnConflict);
          }}
        />
        {report && <Report report={report} />}
        <FormActions
          submitLabel={changing > 0 ? `Import ${plural(changing, "row")}` : "Import"}
          busy={busy}
          disabled={busy ? null : blocked}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function wordsOf({ created, updated, unchanged }: ImportReport): string {
  return `${formatInteger(created)} created, ${formatInteger(updated)} changed, ${formatInteger(unchanged)} as before`;
}

const TONES: Record<ImportReport["rows"][number]["action"], Tone> = {
  ...{ created: "ok", updated: "run", unchanged: "mute", skipped: "mute", failed: "err" },
};

function Report({ report }: { report: ImportReport }) {
  const { created, updated, unchanged, skipped, failed, rows, unknown_columns } = report;
  const counts = [
    [created, "would be created"],
    [updated, "would be changed"],
    [unchanged, "are as they are"],
    [skipped, "are left alone"],
    [failed, "cannot be taken"],
  ] as const;
  return (
    <>
      <p className={styles.counts} role="status">
        {counts
          .filter(([count]) => count > 0)
          .map(([count, words]) => (
            <span key={words}>
              <strong>{formatInteger(count)}</strong> {words}
            </span>
          ))}
      </p>
      {unknown_columns.length > 0 && (
        <p className={styles.soft}>
          Columns that nobody knows here are ignored: {unknown_columns.join(", ")}.
        </p>
      )}
      <div className={styles.preview} tabIndex={0} role="group" aria-label="Rows of the file">
        <table>
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Instance</th>
              <th scope="col">What happens</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, action, name, problems }) => (
              <tr key={row} data-problem={problems.length > 0 || undefined}>
                <td>{formatInteger(row)}</td>
                <td>{name ?? "—"}</td>
                <td>
                  {problems.length > 0 ? (
                    problems.map(({ path, message }) => `${path}: ${message}`).join("; ")
                  ) : (
                    <Pill tone={TONES[action]}>{action}</Pill>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
