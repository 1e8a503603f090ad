import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useAsOf } from "@/api/as-of";
import type { ModelVersion, VersionDetail } from "@/api/types";
import { formatInteger, NO_VALUE } from "@/lib/numbers";
import { CopyButton } from "@/ui/copyable-id";
import { PanelGrid, ScrollPage } from "@/ui/page";
import { Facts, Panel } from "@/ui/panel";
import { StatusPill, Tag } from "@/ui/pill";
import { Loaded, Skeleton } from "@/ui/states";
import { AbsoluteTime, RelativeTime } from "@/ui/time";
import { WriteButton } from "@/ui/write-button";
import { deploymentsOfQuery, modelQuery, type VersionKey, versionQuery } from "./api";
import { TextDialog } from "./dialogs";
import { EvaluationPanel } from "./evaluation-panel";
import { HistoryPanel } from "./history-panel";
import styles from "./registry.module.css";
import { SignaturePanel } from "./signature-panel";
import { useNote } from "./writes";

interface Props {
  id: string;
  number: number;
  project: string | undefined;
  /** The files of the version. */
  files: (version: VersionDetail) => ReactNode;
}

/** What a version is: how it was measured, what it takes, its files, who serves it, what happened to it. */
export function VersionOverview({ id, number, project, files }: Props) {
  const at = useAsOf();
  const key: VersionKey = { model: id, number, project, at };
  const version = useQuery(versionQuery(key));
  const model = useQuery(modelQuery(key));
  return (
    <ScrollPage>
      <Loaded query={version} what="The version" skeleton={<Skeleton rows={8} />}>
        {(data) => (
          <>
            <PanelGrid>
              <EvaluationPanel version={data} production={model.data?.stages.production} versionKey={key} />
              <SignaturePanel version={data} />
              <DeploymentsPanel version={data} />
              <NotesPanel version={data} />
            </PanelGrid>
            <div className={styles.wide}>
              {files(data)}
              <HistoryPanel versionId={data.id} />
            </div>
          </>
        )}
      </Loaded>
    </ScrollPage>
  );
}

function DeploymentsPanel({ version }: { version: ModelVersion }) {
  const deployments = useQuery(deploymentsOfQuery(version.model_id, version.number, useAsOf()));
  return (
    <Panel title="Deployments of it" count={deployments.data && formatInteger(deployments.data.total)}>
      <Loaded query={deployments} what="Deployments" skeleton={<Skeleton rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={styles.soft}>Nothing serves this version.</p>
          ) : (
            <ul className={styles.rows}>
              {items.map(({ id, name, state, environment, updated_at }) => (
                <li key={id}>
                  <Link
                    to="/deployments/$id/overview"
                    params={{ id }}
                    className={styles.name}
                    activeProps={{}}
                  >
                    {name}
                  </Link>
                  <StatusPill status={state} />
                  <span className={styles.soft}>{environment}</span>
                  <span className={styles.space} />
                  <span className={styles.soft}>
                    <RelativeTime time={updated_at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function NotesPanel({ version }: { version: VersionDetail }) {
  const [writing, setWriting] = useState(false);
  const note = useNote(version);
  const tags = Object.entries(version.tags);
  return (
    <Panel
      title="Notes"
      actions={
        <WriteButton size="small" icon={<IconPencil />} onClick={() => setWriting(true)}>
          Edit
        </WriteButton>
      }
    >
      {version.notes ? (
        <p className={styles.prose}>{version.notes}</p>
      ) : (
        <p className={styles.soft}>Nobody has written about this version.</p>
      )}
      {tags.length > 0 && (
        <p className={styles.tags}>
          {tags.map(([name, value]) => (
            <Tag key={name} name={name} value={value} />
          ))}
        </p>
      )}
      <Facts
        items={[
          [
            "Status",
            version.status_message ? `${version.status}: ${version.status_message}` : version.status,
          ],
          ["Flavors", Object.keys(version.flavors).join(", ") || NO_VALUE],
          [
            "Source",
            <span key="source" className={styles.inline}>
              <code className={styles.source}>{version.source}</code>
              <CopyButton text={version.source} what="source" />
            </span>,
          ],
          ["Registered", <AbsoluteTime key="registered" time={version.created_at} />],
        ]}
      />
      {writing && (
        <TextDialog
          title={`Notes on ${version.model} v${version.number}`}
          label="Notes"
          initial={version.notes ?? ""}
          busy={note.isPending}
          onClose={() => setWriting(false)}
          onSave={(text) => note.mutate(text, { onSuccess: () => setWriting(false) })}
        />
      )}
    </Panel>
  );
}
