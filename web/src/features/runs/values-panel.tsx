import { useState } from "react";
import { formatInteger, plural } from "@/lib/numbers";
import { Button } from "@/ui/button";
import { Facts, Panel } from "@/ui/panel";
import { FilterField } from "@/ui/text-field";
import styles from "./runs.module.css";

/** How many values are shown before somebody asks for all of them. */
const SHOWN = 20;
/** Characters of a value that are shown before somebody asks for all of it. */
const SHOWN_CHARACTERS = 240;

interface Props {
  title: string;
  values: Record<string, string>;
  none: string;
}

/** Named texts, such as params: many can be searched, and long ones are cut until somebody asks for them. */
export function ValuesPanel({ title, values, none }: Props) {
  const [search, setSearch] = useState("");
  const [showsAll, setShowsAll] = useState(false);
  const entries = Object.entries(values).sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
  const wanted = search.trim().toLocaleLowerCase();
  const found = entries.filter((entry) => entry.some((text) => text.toLocaleLowerCase().includes(wanted)));
  const shown = showsAll ? found : found.slice(0, SHOWN);
  return (
    <Panel title={title} count={formatInteger(entries.length)}>
      {entries.length === 0 && <p className={styles.soft}>{none}</p>}
      {entries.length > SHOWN && (
        <FilterField
          label={`Find in ${title.toLowerCase()}`}
          placeholder={`Find in ${title.toLowerCase()}`}
          value={search}
          onChange={setSearch}
          atOnce
        />
      )}
      {entries.length > 0 && found.length === 0 && (
        <p className={styles.soft}>
          None of {plural(entries.length, "entry", "entries")} has “{search}” in it.
        </p>
      )}
      <Facts items={shown.map(([name, value]) => [name, <LongText key={name} name={name} text={value} />])} />
      {found.length > shown.length && (
        <Button size="small" onClick={() => setShowsAll(true)}>
          Show all {formatInteger(found.length)}
        </Button>
      )}
    </Panel>
  );
}

function LongText({ name, text }: { name: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= SHOWN_CHARACTERS || isWhole) return <code>{text}</code>;
  return (
    <>
      <code>{text.slice(0, SHOWN_CHARACTERS)}…</code>{" "}
      <Button size="small" aria-label={`Show all of ${name}`} onClick={() => setWhole(true)}>
        {formatInteger(text.length)} characters
      </Button>
    </>
  );
}
