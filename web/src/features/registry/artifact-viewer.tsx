import { useQuery } from "@tanstack/react-query";
import type { ArtifactPreview, VersionDetail } from "@/api/types";
import { NO_VALUE } from "@/lib/numbers";
import { apiBase } from "@/lib/root";
import { formatBytes } from "@/lib/units";
import { Loaded, Skeleton } from "@/ui/states";
import { previewQuery, type VersionKey } from "./api";
import files from "./files.module.css";
import styles from "./registry.module.css";

/** Images up to this size are shown; larger ones are downloaded. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** Where a file of a version is found. */
export function artifactUrl(version: VersionDetail, { at }: VersionKey, path: string): string {
  const model = encodeURIComponent(version.model_id);
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const moment = at === undefined ? "" : `?as_of=${encodeURIComponent(at)}`;
  return `${apiBase}/api/registry/models/${model}/versions/${version.number}/artifacts/${encoded}${moment}`;
}

interface Props {
  version: VersionDetail;
  versionKey: VersionKey;
  path: string;
}

/** What is in a file, as far as it can be shown. */
export function Viewer({ version, versionKey, path }: Props) {
  const preview = useQuery(previewQuery(versionKey, path));
  return (
    <Loaded query={preview} what="The file" skeleton={<Skeleton rows={6} />}>
      {(data) => <Content preview={data} url={artifactUrl(version, versionKey, path)} />}
    </Loaded>
  );
}

function Content({ preview, url }: { preview: ArtifactPreview; url: string }) {
  const size = formatBytes(preview.size_bytes);
  switch (preview.kind) {
    case "image":
      return preview.size_bytes <= MAX_IMAGE_BYTES ? (
        <img src={url} alt={preview.path} className={files.image} />
      ) : (
        <p className={styles.soft}>The image has {size}: download it to look at it.</p>
      );
    case "table":
      return <Table preview={preview} />;
    case "html":
      return (
        // Nothing in it may run, or reach anybody.
        <iframe title={preview.path} sandbox="" srcDoc={preview.text ?? ""} className={files.html} />
      );
    case "text":
    case "json":
      return (
        <>
          <pre className={files.text} tabIndex={0}>
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
      <div className={files.cells} tabIndex={0} role="group" aria-label={`Rows of ${preview.path}`}>
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
