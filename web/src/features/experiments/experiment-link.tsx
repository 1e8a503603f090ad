import { useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import { RowLink } from "@/ui/row-link";
import { experimentQuery } from "./api";
import styles from "./experiments.module.css";

/** The experiment of a run, by its name; the rows in view ask for it once. */
export function ExperimentLink({ id }: { id: string }) {
  const experiment = useQuery(experimentQuery(id, useAsOf()));
  return (
    <RowLink to="/experiments/$id" id={id} className={styles.soft}>
      {experiment.data?.name ?? id}
    </RowLink>
  );
}
