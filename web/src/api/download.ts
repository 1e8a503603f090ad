import { apiBase } from "@/lib/root";
import { saveFile } from "@/lib/save-file";
import { errorFromResponse, NetworkError } from "./errors";

/**
 * Fetch what a path of the API answers, and save it under the name that the answer gives.
 *
 * Args:
 *   onBytes: Told how many bytes have come, each time some did.
 * Raises: ApiError as the server says it, NetworkError when it breaks off; then nothing is saved.
 */
export async function download(
  path: string,
  query: Record<string, string | undefined>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const address = `${apiBase}${path}?${new URLSearchParams(given)}`;
  try {
    const response = await fetch(address, { credentials: "include", signal });
    if (!response.ok) throw errorFromResponse(response, await response.json().catch(() => null));
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    const reader = response.body?.getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      parts.push(step.value);
      bytes += step.value.length;
      onBytes(bytes);
    }
    saveFile(
      new Blob(parts, { type: response.headers.get("content-type") ?? "application/octet-stream" }),
      nameIn(response) ?? "export",
    );
  } catch (error) {
    if (error instanceof TypeError) throw new NetworkError(error);
    throw error;
  }
}

/** The file's name as `Content-Disposition` gives it. */
function nameIn(response: Response): string | null {
  const header = response.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(header)?.[1] ?? null;
}
