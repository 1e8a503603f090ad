/** The path of the page that shows an entity; null for kinds that have none. */
export function pageOfEntity(entity: string, id: string): string | null {
  const named = encodeURIComponent(id);
  if (entity === "experiment") return `/experiments/${named}`;
  if (entity === "model") return `/registry/${named}`;
  if (entity === "model_version") {
    const [model = "", number = ""] = id.split("/");
    return `/registry/${encodeURIComponent(model)}/v/${encodeURIComponent(number)}`;
  }
  if (entity === "run") return `/runs/${named}/overview`;
  if (entity === "instance") return `/instances/${named}/history`;
  return entity === "deployment" ? `/deployments/${named}/overview` : null;
}

/** A value of a change as people read it, short enough for a line. */
export function sayValue(value: unknown, longest = 40): string {
  if (value === null || value === undefined) return "—";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text === "" ? "“”" : text;
}

/** Fields whose change goes without saying. */
const UNTOLD = new Set(["created_at", "updated_at", "revised_at", "id", "project", "version"]);

/** The changes that say something, in the order in which people look for them. */
export function toldChanges<T>(changes: Readonly<Record<string, T>> | null): [string, T][] {
  const first = ["status", "state", "stage"];
  return Object.entries(changes ?? {})
    .filter(([field]) => !UNTOLD.has(field))
    .sort(([a], [b]) => Number(first.includes(b)) - Number(first.includes(a)));
}
