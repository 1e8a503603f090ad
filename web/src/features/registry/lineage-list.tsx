import { Link } from "@tanstack/react-router";
import { pageOfEntity } from "@/lib/entities";
import { NO_VALUE } from "@/lib/numbers";
import { Pill, StatusPill } from "@/ui/pill";
import drawn from "./lineage.module.css";
import { type Graph, type GraphNode, kindOf, type Side } from "./lineage-graph";
import styles from "./registry.module.css";

const SIDES: readonly [Side, string][] = [
  ["up", "What it came from"],
  ["down", "What came from it"],
  ["beside", "Beside it"],
];

/** The same as the drawing says, to be read line by line. */
export function LineageList({ graph }: { graph: Graph }) {
  return (
    <div className={drawn.lineageList}>
      {SIDES.map(([side, title]) => {
        const nodes = graph.nodes
          .filter((node) => node.side === side)
          .sort((a, b) => a.depth - b.depth || a.label.localeCompare(b.label));
        return nodes.length === 0 ? null : (
          <section key={side} aria-label={title}>
            <h2>{title}</h2>
            {/* It scrolls where the screen is narrow, by keyboard too. */}
            <div className={styles.sideways} tabIndex={0} role="group" aria-label={title}>
              <table className={styles.measures}>
                <thead>
                  <tr>
                    <th scope="col">What</th>
                    <th scope="col">Kind</th>
                    <th scope="col">Steps away</th>
                    <th scope="col">How</th>
                    <th scope="col">Now</th>
                  </tr>
                </thead>
                <tbody>
                  {nodes.map((node) => (
                    <Row key={node.key} node={node} graph={graph} />
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        );
      })}
    </div>
  );
}

function Row({ node, graph }: { node: GraphNode; graph: Graph }) {
  const relations = graph.arrows
    .filter(({ cause, dependent }) => (node.side === "up" ? cause : dependent) === node.key)
    .map(({ relation, cause, dependent }) => {
      const other = graph.nodes.find(({ key }) => key === (node.side === "up" ? dependent : cause));
      return `${relation.replaceAll("_", " ")} · ${other?.label ?? ""}`;
    });
  const page = node.known ? pageOfEntity(node.entity, node.entity_id) : null;
  return (
    <tr>
      <th scope="row">
        {page === null ? (
          <span className={node.known ? undefined : styles.soft}>{node.label}</span>
        ) : (
          <Link to={page} className={styles.name} activeProps={{}}>
            {node.label}
          </Link>
        )}
      </th>
      <td>{kindOf(node)}</td>
      <td>{node.depth}</td>
      <td>{[...new Set(relations)].join(", ")}</td>
      <td>
        <Standing node={node} />
      </td>
    </tr>
  );
}

/** How a thing stands at the moment that is shown. */
export function Standing({ node }: { node: GraphNode }) {
  if (!node.known) return <span className={styles.soft}>unknown</span>;
  if (node.exists === false) return <Pill tone="mute">Deleted</Pill>;
  return node.standing === null ? NO_VALUE : <StatusPill status={node.standing} />;
}
