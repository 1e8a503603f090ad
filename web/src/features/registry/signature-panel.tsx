import type { VersionDetail } from "@/api/types";
import { NO_VALUE } from "@/lib/numbers";
import { Panel } from "@/ui/panel";
import styles from "./registry.module.css";
import { columnsOf, PARTS } from "./signature";

/** What a version takes and gives. */
export function SignaturePanel({ version }: { version: VersionDetail }) {
  const parts = PARTS.map((part) => ({ part, columns: columnsOf(version.signature, part) })).filter(
    ({ columns }) => columns.length > 0,
  );
  return (
    <Panel title="Signature">
      {parts.length === 0 ? (
        <p className={styles.soft}>
          The model was logged without a signature: nobody can check what is sent to it. Log it with{" "}
          <code>signature=infer_signature(inputs, outputs)</code>.
        </p>
      ) : (
        <table className={styles.measures}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Shape</th>
            </tr>
          </thead>
          {parts.map(({ part, columns }) => (
            <tbody key={part}>
              <tr className={styles.part}>
                <th scope="rowgroup" colSpan={3}>
                  {part}
                </th>
              </tr>
              {columns.map(({ name, type, shape, required }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                    {!required && <span className={styles.soft}> optional</span>}
                  </th>
                  <td>{type}</td>
                  <td>{shape || NO_VALUE}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      )}
    </Panel>
  );
}
