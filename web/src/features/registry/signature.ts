/** One column or tensor of a signature. */
export interface SignatureColumn {
  name: string;
  type: string;
  shape: string;
  required: boolean;
}

export const PARTS = ["inputs", "outputs", "params"] as const;
export type Part = (typeof PARTS)[number];

/** The columns of a part of a signature as MLflow writes it; none where it says nothing that we know. */
export function columnsOf(
  signature: Readonly<Record<string, unknown>> | null,
  part: Part,
): SignatureColumn[] {
  const columns = signature?.[part];
  if (!Array.isArray(columns)) return [];
  return columns.flatMap((column, index): SignatureColumn[] => {
    if (typeof column !== "object" || column === null) return [];
    const said = column as Record<string, unknown>;
    const tensor = said["tensor-spec"] as { dtype?: unknown; shape?: unknown } | undefined;
    return [
      {
        name: typeof said.name === "string" ? said.name : String(index),
        type: String(tensor?.dtype ?? said.type ?? "unknown"),
        shape: Array.isArray(tensor?.shape) ? tensor.shape.map(dimension).join(" × ") : "",
        required: said.required !== false,
      },
    ];
  });
}

function dimension(size: unknown): string {
  return size === -1 ? "any" : String(size);
}
