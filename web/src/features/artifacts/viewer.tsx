import { useQuery } from "@tanstack/react-query";
import { useAsOf } from "@/api/as-of";
import type { ArtifactPreview } from "@/api/types";
import { NO_VALUE } from "@/lib/numbers";
import { formatBytes } from "@/lib/units";
import { Loaded, Skeleton } from "@/ui/states";
import { fileUrl, previewQuery } from "./api";
import styles from "./artifacts.module.css";
import type { Place } from "./file-tree";

/** Images up to this size are shown; larger ones are downloaded. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** What is in a file, as far as it can be shown. */
export function Viewer({ folder, path }: Place) {
  const at = useAsOf();
  const preview = useQuery(previewQuery(folder, at, path));
  return (
    <Loaded query={preview} what="The file" skeleton={<Skeleton rows={6} />}>
      {(data) => <Content preview={data} url={fileUrl(folder, at, path)} />}
    </Loaded>
  );
}

function Content({ preview, url }: { preview: ArtifactPreview; url: string }) {
  const size = formatBytes(preview.size_bytes);
  switch (preview.kind) {
    case "image":
      return preview.size_bytes <= MAX_IMAGE_BYTES ? (
        <img src={url} alt={preview.path} className={styles.image} />
      ) : (
        <p className={styles.soft}>The image has {size}: download it to look at it.</p>
      );
    case "table":
      return <Table preview={preview} />;
    case "html":
      return (
        // Its scripts run as nobody and reach no network: the answer's own policy says so too.
        <iframe
          title={preview.path}
          sandbox="allow-scripts"
          src={`${url}${url.includes("?") ? "&" : "?"}show=true`}
          className={styles.html}
        />
      );
    case "text":
    case "json":
      return (
        <>
          <pre className={styles.text} tabIndex={0}>
            {preview.text}
          </pre>
          {preview.truncated && (
            <p className={styles.hint}>The beginning of {size}; download it to see it all.</p>
          )}
        </>
      );
    default:
      return <p className={styles.soft}>{size} that are no text: there is nothing to read here.</p>;
  }
}

function Table({ preview }: { preview: ArtifactPreview }) {
  const rows = preview.rows ?? [];
  return (
    <>
      <div className={styles.cells} tabIndex={0} role="group" aria-label={`Rows of ${preview.path}`}>
        <table>
          <thead>
            <tr>
              {(preview.columns ?? []).map((name, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may share a name
                <th key={index} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <tr key={index}>
                {row.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                  <td key={column}>{cell === null ? NO_VALUE : String(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.truncated && (
        <p className={styles.hint}>The first {rows.length} rows; download it to see all.</p>
      )}
    </>
  );
}
