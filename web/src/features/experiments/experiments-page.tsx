import { IconListDetails } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Experiment } from "@/api/types";
import type { ListView } from "@/lib/list-view";
import buttons from "@/ui/button.module.css";
import type { Column } from "@/ui/data-table/columns";
import { ListPage } from "@/ui/list-page";
import { Count, Tag } from "@/ui/pill";
import { RowLink } from "@/ui/row-link";
import { StatusBar } from "@/ui/spark-bars";
import { RelativeTime } from "@/ui/time";
import { experimentsQuery } from "./api";
import styles from "./experiments.module.css";
import { EXPERIMENT_GRAMMAR } from "./filter-grammars";
import { StartSnippets } from "./start-snippets";

const columns: Column<Experiment>[] = [
  {
    id: "name",
    header: "Name",
    width: 220,
    grow: 3,
    sort: "name",
    fixed: true,
    phone: "title",
    cell: (experiment) => (
      <RowLink to="/experiments/$id" id={experiment.id} className={styles.name}>
        {experiment.name}
      </RowLink>
    ),
  },
  {
    id: "owner",
    header: "Owner",
    width: 120,
    grow: 1,
    cell: ({ owner }) => <span className={styles.soft}>{owner ?? "—"}</span>,
  },
  { id: "tags", header: "Tags", width: 160, grow: 2, cell: ({ tags }) => <Tags tags={tags} /> },
  {
    id: "runs",
    header: "Runs",
    width: 170,
    phone: "status",
    cell: ({ name, runs }) => <StatusBar label={`Runs of ${name}`} counts={{ ...runs }} />,
  },
  {
    id: "last_run_at",
    header: "Last run",
    width: 110,
    align: "right",
    sort: "last_run_at",
    phone: "meta",
    cell: ({ last_run_at }) => <RelativeTime time={last_run_at} />,
  },
  {
    id: "created_at",
    header: "Created",
    width: 110,
    align: "right",
    sort: "created_at",
    phone: "meta",
    cell: ({ created_at }) => <RelativeTime time={created_at} />,
  },
];

function Tags({ tags }: { tags: Record<string, string> }) {
  const shown = Object.entries(tags).filter(([name]) => !name.startsWith("mlflow."));
  if (shown.length === 0) return <span className={styles.soft}>—</span>;
  return (
    <span className={styles.tags}>
      {shown.slice(0, 3).map(([name, value]) => (
        <Tag key={name} name={name} value={value} />
      ))}
      {shown.length > 3 && <Count>+{shown.length - 3}</Count>}
    </span>
  );
}

interface Props {
  view: ListView;
  onView: (change: Partial<ListView>) => void;
}

/** All experiments of the project. */
export function ExperimentsPage({ view, onView }: Props) {
  return (
    <ListPage
      name="Experiments"
      actions={
        <Link to="/runs" className={buttons.button}>
          <IconListDetails /> All runs
        </Link>
      }
      placeholder="Filter by name, or tags.team = 'vision'…"
      completion={EXPERIMENT_GRAMMAR}
      columns={columns}
      view={view}
      onView={onView}
      pageQuery={(offset) => experimentsQuery(view, offset)}
      pageOf={({ id }) => ({ to: "/experiments/$id", params: { id } })}
      first={
        <>
          <p>
            An experiment appears here with its first run. Log one from any of these; this page shows it as it
            comes.
          </p>
          <StartSnippets experiment="first-steps" />
        </>
      }
    />
  );
}
