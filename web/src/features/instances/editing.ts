import type { QueryClient } from "@tanstack/react-query";
import { actorName } from "@/api/actors";
import { writeHeaders } from "@/api/client";
import { staleDetails } from "@/api/conflicts";
import { type ApiError, toApiError } from "@/api/errors";
import { queryKeys } from "@/api/query-keys";
import type { Instance, Page } from "@/api/types";
import { Store } from "@/lib/store";
import { toast } from "@/ui/toasts";
import { askConflict, type Theirs } from "./conflicts";
import { FIELDS, type FieldName, type InstanceChanges, labelOf, textOf, wordsOf } from "./fields";
import { updateInstance } from "./writes";

/** Edits that are shown and not yet confirmed, by instance. */
export const pendingEdits = new Store<ReadonlyMap<number, InstanceChanges>>(new Map());

/** An instance as it will be once its edits are confirmed. */
export function withPending(instance: Instance, pending: ReadonlyMap<number, InstanceChanges>): Instance {
  const changes = pending.get(instance.id);
  return changes ? { ...instance, ...changes } : instance;
}

function show(id: number, changes: InstanceChanges): void {
  pendingEdits.set((old) => new Map(old).set(id, { ...old.get(id), ...changes }));
}

/** Take these values back, or let the confirmed ones stand; a later edit of the same field stays shown. */
function settle(id: number, changes: InstanceChanges): void {
  pendingEdits.set((old) => {
    const left = Object.entries(old.get(id) ?? {}).filter(
      ([name, value]) => changes[name as FieldName] !== value,
    );
    const next = new Map(old);
    if (left.length === 0) next.delete(id);
    else next.set(id, Object.fromEntries(left) as InstanceChanges);
    return next;
  });
}

/** One instance's edits are sent one after the other: each is based on what the one before has made. */
const queues = new Map<number, Promise<Instance | null>>();

interface Saved {
  instance: Instance;
  /** What others had changed meanwhile. */
  others: Theirs[];
}

/** The user looked at what others did, and gave the edit up. */
export class GivenUp extends Error {}

/**
 * Send changes based on what was on screen. Where others changed other fields, both stand; where they changed the
 * same, the user decides.
 *
 * Raises: GivenUp when they do not want to; ApiError for any other refusal.
 */
export async function saveMerging(
  base: Instance,
  changes: InstanceChanges,
  headers = writeHeaders(base.version),
): Promise<Saved> {
  const others: Theirs[] = [];
  let [seen, sending, head] = [base, changes, headers];
  for (;;) {
    try {
      return { instance: await updateInstance(base.id, sending, head), others };
    } catch (error) {
      const stale = staleDetails(error);
      if (!stale) throw error;
      const current = stale.current as Instance;
      const theirs = await theirChanges(seen, current, stale.changes_since);
      const clashing = theirs.filter(
        ({ name }) => sending[name] !== undefined && sending[name] !== current[name],
      );
      const decided = clashing.length === 0 ? {} : await askConflict(seen, sending, theirs, clashing);
      if (decided === null) throw new GivenUp();
      others.push(...theirs.filter((one) => !clashing.includes(one)));
      sending = onlyNew({ ...sending, ...decided }, current);
      if (Object.keys(sending).length === 0) return { instance: current, others };
      seen = current;
      head = writeHeaders(current.version);
    }
  }
}

function onlyNew(changes: InstanceChanges, current: Instance): InstanceChanges {
  return Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => current[name as FieldName] !== value),
  ) as InstanceChanges;
}

async function theirChanges(
  seen: Instance,
  current: Instance,
  since: readonly { at: string; actor: string; changes: Record<string, unknown> }[],
): Promise<Theirs[]> {
  const changed = FIELDS.filter(({ name }) => seen[name] !== current[name]).map(async ({ name }) => {
    const last = since.findLast(({ changes }) => name in changes);
    return {
      name,
      was: textOf(seen[name]),
      now: textOf(current[name]),
      by: await actorName(last?.actor ?? ""),
      at: last?.at ?? null,
    };
  });
  return Promise.all(changed);
}

interface EditOptions {
  /** No offer to undo: the edit is one. */
  isUndo?: boolean;
  headers?: ReturnType<typeof writeHeaders>;
}

/**
 * Change an instance: shown at once, confirmed or taken back with the reason. Never fails; it says how it went.
 *
 * Returns: The instance as it is now; null when nothing was changed.
 */
export function editInstance(
  client: QueryClient,
  instance: Instance,
  changes: InstanceChanges,
  options: EditOptions = {},
): Promise<Instance | null> {
  const { id } = instance;
  show(id, changes);
  const before = queues.get(id) ?? Promise.resolve(null);
  const mine = before.then((latest) => runEdit(client, latest ?? instance, changes, options));
  queues.set(id, mine);
  void mine.finally(() => {
    if (queues.get(id) === mine) queues.delete(id);
  });
  return mine;
}

async function runEdit(
  client: QueryClient,
  base: Instance,
  changes: InstanceChanges,
  { isUndo, headers = writeHeaders(base.version) }: EditOptions,
): Promise<Instance | null> {
  const old = Object.fromEntries(
    Object.keys(changes).map((name) => [name, base[name as FieldName]]),
  ) as InstanceChanges;
  try {
    const { instance, others } = await saveMerging(base, changes, headers);
    keepAnswer(client, instance);
    settle(base.id, changes);
    tellSaved(client, instance, old, changes, others, isUndo === true);
    return instance;
  } catch (error) {
    settle(base.id, changes);
    const again = () =>
      void editInstance(client, error instanceof GivenUp ? base : latestOf(client, base), changes, {
        isUndo,
        // What nobody answered may have been done: the same key again tells.
        ...(toApiError(error).status === 0 && !(error instanceof GivenUp) ? { headers } : {}),
      });
    if (error instanceof GivenUp) tellGivenUp(base, changes, again);
    else tellRefused(base, old, toApiError(error), again);
    void client.invalidateQueries({ queryKey: queryKeys.instances.all });
    return null;
  }
}

export function tellSaved(
  client: QueryClient,
  instance: Instance,
  old: InstanceChanges,
  changes: InstanceChanges,
  others: readonly Theirs[],
  isUndo: boolean,
): void {
  const merged = others.map(({ by, name }) => `also changed by ${by}: ${labelOf(name).toLowerCase()}`);
  toast({
    tone: "ok",
    title: isUndo ? `${instance.name}: undone` : `${instance.name}: ${wordsOf(changes)}`,
    detail: merged.length > 0 ? [...new Set(merged)].join("; ") : undefined,
    actions: isUndo
      ? undefined
      : [
          {
            label: "Undo",
            keys: "z",
            run: () => void editInstance(client, instance, old, { isUndo: true }),
          },
        ],
  });
}

/** The reason as one sentence: the fields' own problems where the server names some. */
export function reasonOf(error: ApiError): string {
  if (error.status === 0)
    return "the server could not be reached; whether it was saved shows when it is back";
  const problems = error.problems.map(({ path, message }) =>
    message.toLowerCase().includes(path.toLowerCase()) ? message : `${path}: ${message}`,
  );
  return (problems.length > 0 ? problems.join("; ") : error.message).replace(/\.$/, "");
}

function tellRefused(base: Instance, old: InstanceChanges, error: ApiError, again: () => void): void {
  const values = Object.values(old).map((value) => textOf(value) || "nothing");
  toast({
    tone: "err",
    title: `${base.name} was not changed`,
    detail: `${reasonOf(error)}; restored ${values.join(", ")}`,
    actions: [{ label: "Retry", run: again }],
    error,
  });
}

function tellGivenUp(base: Instance, changes: InstanceChanges, again: () => void): void {
  toast({
    tone: "mute",
    title: `${base.name} was not changed`,
    detail: `What others saved stands; yours was ${wordsOf(changes)}`,
    actions: [{ label: "Review", run: again }],
  });
}

/** Say that a typed value was not taken: it never left the page. */
export function tellUntaken(instance: Instance, name: FieldName, why: string): void {
  toast({
    tone: "err",
    title: `${instance.name} was not changed`,
    detail: `${why}; restored ${textOf(instance[name]) || "nothing"}`,
  });
}

/** Put an answer where lists and pages have the instance, unless they have a newer one. */
export function keepAnswer(client: QueryClient, instance: Instance): void {
  client.setQueriesData<Page<Instance>>({ queryKey: queryKeys.instances.lists }, (page) =>
    page && Array.isArray(page.items)
      ? {
          ...page,
          items: page.items.map((one) =>
            one.id === instance.id && one.version < instance.version ? { ...one, ...instance } : one,
          ),
        }
      : page,
  );
  client.setQueryData<Instance>(queryKeys.instances.detail(String(instance.id)), (old) =>
    old && old.version > instance.version ? old : { ...old, ...instance },
  );
}

function latestOf(client: QueryClient, instance: Instance): Instance {
  const known = client.getQueryData<Instance>(queryKeys.instances.detail(String(instance.id)));
  return known && known.version > instance.version ? known : instance;
}
