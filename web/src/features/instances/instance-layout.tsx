import { IconEdit, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { toApiError } from "@/api/errors";
import type { Instance } from "@/api/types";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";
import { CopyableId } from "@/ui/copyable-id";
import { FillPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { Pill } from "@/ui/pill";
import { useShortcuts } from "@/ui/shortcuts";
import { toneOf } from "@/ui/status";
import { TabPanel, Tabs } from "@/ui/tabs";
import { RelativeTime } from "@/ui/time";
import { historyQuery, instanceQuery } from "./api";
import { ConflictHost } from "./conflicts";
import { pendingEdits, withPending } from "./editing";
import styles from "./instances.module.css";
import { OfflineNote } from "./offline-note";
import { copyId } from "./row-actions";
import { refusalOf, useRefusal } from "./use-refusal";

const InstanceForm = lazy(() => import("./instance-form").then((all) => ({ default: all.InstanceForm })));
const DeleteDialog = lazy(() => import("./delete-dialog").then((all) => ({ default: all.DeleteDialog })));

const TABS = ["detail", "history"] as const;
export type InstanceTab = (typeof TABS)[number];
export const ABOVE: readonly Crumb[] = [{ label: "Instances", link: { to: "/instances" } }];

interface Props {
  id: string;
  tab: InstanceTab;
  /** The form is open. */
  editing: boolean;
  onEditing: (editing: boolean) => void;
  children: ReactNode;
}

/** An instance's header and tabs, around the tab that is shown. One that is deleted still has its history. */
export function InstanceLayout({ id, tab, editing, onEditing, children }: Props) {
  const at = useAsOf();
  const instance = useQuery(instanceQuery(id, at));
  const isGone =
    instance.data === undefined && instance.error !== null && toApiError(instance.error).isMissing;
  const last = useQuery({ ...historyQuery(id, { at }, 0), enabled: isGone });
  const navigate = useNavigate();
  useShortcuts(
    useMemo(
      () =>
        TABS.map((one, index) => ({
          keys: String(index + 1),
          does: `Show ${one}`,
          group: "Instance",
          run: () => void navigate({ to: `/instances/$id/${one}`, params: { id } }),
        })),
      [navigate, id],
    ),
  );
  const deleted = isGone ? last.data?.items[0] : undefined;
  if (deleted)
    return (
      <FillPage>
        <DeletedHeader name={deleted.name} id={id} at={deleted.operation_timestamp} />
        <InstanceTabs id={id} tab={tab}>
          {children}
        </InstanceTabs>
      </FillPage>
    );
  return (
    <LoadedPage query={instance} kind="Instance" above={ABOVE}>
      {(data) => (
        <FillPage>
          <InstanceHeader instance={data} editing={editing} onEditing={onEditing} />
          <OfflineNote at={instance.dataUpdatedAt} />
          <InstanceTabs id={id} tab={tab}>
            {children}
          </InstanceTabs>
          <ConflictHost />
        </FillPage>
      )}
    </LoadedPage>
  );
}

function InstanceTabs({ id, tab, children }: { id: string; tab: InstanceTab; children: ReactNode }) {
  const label = tab.charAt(0).toUpperCase() + tab.slice(1);
  const tabs = TABS.map((one) => ({
    label: one.charAt(0).toUpperCase() + one.slice(1),
    link: { to: `/instances/$id/${one}` as const, params: { id } },
  }));
  return (
    <>
      <Tabs label="Parts of the instance" current={label} tabs={tabs} />
      <TabPanel label={label} className={styles.panel}>
        {children}
      </TabPanel>
    </>
  );
}

function DeletedHeader({ name, id, at }: { name: string; id: string; at: string }) {
  return (
    <PageHeader
      name={name}
      title={name}
      above={ABOVE}
      aside={
        <>
          <Pill tone="mute">deleted</Pill>
          <CopyableId id={id} what="instance id" />
        </>
      }
      facts={[["Deleted", <RelativeTime key="at" time={at} />]]}
    />
  );
}

interface HeaderProps {
  instance: Instance;
  editing: boolean;
  onEditing: (editing: boolean) => void;
}

function InstanceHeader({ instance: saved, editing, onEditing }: HeaderProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const instance = withPending(saved, useStore(pendingEdits));
  const refusal = refusalOf(instance, useRefusal());
  const [removing, setRemoving] = useState(false);
  const isOpen = editing || removing;
  useShortcuts(
    useMemo(
      () =>
        isOpen
          ? []
          : [
              { keys: "e", does: "Edit the instance", group: "Instance", run: () => onEditing(true) },
              { keys: "y", does: "Copy its id", group: "Instance", run: () => void copyId(saved) },
            ],
      [isOpen, onEditing, saved],
    ),
  );
  const off = { disabled: refusal !== null, title: refusal ?? undefined };
  return (
    <>
      <PageHeader
        name={instance.name}
        title={instance.name}
        above={ABOVE}
        aside={
          <>
            <Pill tone={toneOf(instance.status)}>{instance.status}</Pill>
            <CopyableId id={String(instance.id)} what="instance id" />
          </>
        }
        actions={
          <>
            <Button {...off} icon={<IconEdit />} onClick={() => onEditing(true)}>
              Edit
            </Button>
            <Button {...off} variant="danger" icon={<IconTrash />} onClick={() => setRemoving(true)}>
              Delete…
            </Button>
          </>
        }
        facts={[
          ["Model", `${instance.model_name} ${instance.model_version}`],
          ["Cluster", instance.cluster_name],
          ["Replicas", String(instance.replicas)],
          ["Version", String(instance.version)],
          ["Changed", <RelativeTime key="changed" time={instance.updated_at} />],
        ]}
      />
      <Suspense>
        {editing && (
          <InstanceForm instance={saved} project={saved.project} onClose={() => onEditing(false)} />
        )}
        {removing && (
          <DeleteDialog
            instances={[saved]}
            onClose={() => setRemoving(false)}
            onDeleted={() => {
              void client.invalidateQueries();
              void navigate({ to: "/instances" });
            }}
          />
        )}
      </Suspense>
    </>
  );
}
