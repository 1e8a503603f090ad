import type { QueryClient } from "@tanstack/react-query";
import { type WriteHeaders, writeHeaders } from "@/api/client";
import { toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { BulkAnswer, BulkBody, Instance } from "@/api/types";
import { plural } from "@/lib/numbers";
import { toast } from "@/ui/toasts";
import { GivenUp, keepAnswer, reasonOf, saveMerging, tellSaved } from "./editing";
import { FIELDS, type FieldName, type InstanceChanges } from "./fields";
import { createInstance, type NewInstance, restoreInstance, sendBulk } from "./writes";

/** Save what a form changed. Raises: ApiError as the server says it; the form shows it. */
export async function saveForm(
  client: QueryClient,
  base: Instance,
  changes: InstanceChanges,
  headers: WriteHeaders,
): Promise<Instance> {
  const names = Object.keys(changes) as FieldName[];
  if (names.length === 0) return base;
  const old = Object.fromEntries(names.map((name) => [name, base[name]])) as InstanceChanges;
  const { instance, others } = await saveMerging(base, changes, headers).catch((error) => {
    throw error instanceof GivenUp ? new Error("nothing was saved: what others saved stands") : error;
  });
  keepAnswer(client, instance);
  tellSaved(client, instance, old, changes, others, false);
  return instance;
}

/** Make an instance. Raises: ApiError as the server says it; the form shows it. */
export async function saveNew(
  client: QueryClient,
  body: NewInstance,
  project: string | undefined,
  headers: WriteHeaders,
): Promise<Instance> {
  const instance = await createInstance(body, project, headers);
  await readLists(client);
  toast({
    tone: "ok",
    title: `${instance.name} was created`,
    actions: [
      {
        label: "Undo",
        keys: "z",
        run: () =>
          void bulk(client, { delete: [{ id: instance.id, version: instance.version }] }).then(
            () => toast({ tone: "ok", title: `${instance.name} was taken back` }),
            (error) => tellFailed(`${instance.name} was not taken back`, error),
          ),
      },
    ],
  });
  return instance;
}

function readLists(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: queryKeys.instances.lists });
}

/** Send many changes and read again what they touched. Raises: ApiError, with a problem for each wrong row. */
export async function bulk(
  client: QueryClient,
  body: BulkBody,
  reason?: string,
  headers = writeHeaders(),
): Promise<BulkAnswer> {
  try {
    return await sendBulk(body, reason, headers);
  } finally {
    void client.invalidateQueries({ queryKey: queryKeys.instances.all });
  }
}

function tellFailed(title: string, error: unknown): void {
  const failure = toApiError(error);
  toast({ tone: "err", title, detail: reasonOf(failure), error: failure });
}

/** What was done to some instances, with the offer to take it back. */
export function tellDone(client: QueryClient, title: string, undo: BulkBody, names: readonly string[]): void {
  const what = names.length === 1 ? (names[0] as string) : plural(names.length, "instance");
  const takeBack = () =>
    void bulk(client, undo, "undo").then(
      () => toast({ tone: "ok", title: `${what}: undone` }),
      (error) => tellFailed(`${what}: not undone`, error),
    );
  toast({ tone: "ok", title, actions: [{ label: "Undo", keys: "z", run: takeBack }] });
}

/** What brings deleted instances back. */
export function undoOfDelete({ items }: BulkAnswer): BulkBody {
  return {
    restore: items.flatMap(({ id, history_id }) => (history_id === null ? [] : [{ id, history_id }])),
  };
}

/** What gives changed instances their old values back, unless somebody changed them again. */
export function undoOfUpdate(
  { items }: BulkAnswer,
  before: readonly Instance[],
  names: readonly FieldName[],
): BulkBody {
  const old = new Map(before.map((one) => [one.id, one]));
  return {
    update: items.flatMap(({ id, instance }) => {
      const was = old.get(id);
      if (!was || !instance) return [];
      const values = Object.fromEntries(names.map((name) => [name, was[name]])) as InstanceChanges;
      return [{ id, version: instance.version, ...values }];
    }),
  };
}

/** Bring an instance back to one of its versions, with the offer to take that back. Raises: ApiError. */
export async function restoreVersion(
  client: QueryClient,
  { id, historyId, now, reason }: { id: number; historyId: number; now: Instance | null; reason: string },
): Promise<Instance> {
  const restored = await restoreInstance(id, historyId, now?.version, reason);
  keepAnswer(client, restored);
  void client.invalidateQueries({ queryKey: queryKeys.instances.all });
  const names = FIELDS.map(({ name }) => name).filter((name) => now && now[name] !== restored[name]);
  const undo: BulkBody = now
    ? undoOfUpdate(
        { items: [{ operation: "restore", id, history_id: null, instance: restored }] },
        [now],
        names,
      )
    : { delete: [{ id, version: restored.version }] };
  tellDone(client, `${restored.name} was restored`, undo, [restored.name]);
  return restored;
}
