import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/states";
import { WriteButton } from "@/ui/write-button";

interface Props {
  onCreate: () => void;
  onImport: () => void;
}

/** A fleet that has nothing in it yet. */
export function NoInstances({ onCreate, onImport }: Props) {
  return (
    <EmptyState
      title="No instances yet"
      action={
        <div style={{ display: "flex", gap: 8 }}>
          <WriteButton variant="primary" onClick={onCreate}>
            New instance
          </WriteButton>
          <WriteButton onClick={onImport}>Import a file…</WriteButton>
        </div>
      }
    >
      <p>
        An instance is one deployment of a model on one of your clusters, as you plan it: replicas,
        parallelism, priority, and who changed what when.
      </p>
      <CodeBlock
        label="HTTP"
        code={`curl ${publicUrl()}/api/instances \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "chat-1", "model_name": "llama-3-70b", "cluster_name": "gpu-cluster-0", "image_tag": "vllm:0.9"}'`}
      />
    </EmptyState>
  );
}
