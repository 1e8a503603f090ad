import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";
import { Panel } from "@/ui/panel";
import styles from "./dashboard.module.css";

/** What one does first on a new server, with commands to copy. */
export function FirstSteps() {
  const server = publicUrl();
  return (
    <Panel title="First steps">
      <p className={styles.soft}>
        Nothing is kept here yet. Begin with any of these; this page shows it as it comes.
      </p>
      <ol className={styles.steps}>
        <li>
          <h3>Log a run</h3>
          <CodeBlock
            label="Any program, started and watched by the Studio"
            code={`studio run --server ${server} --experiment first-steps -- python train.py`}
          />
        </li>
        <li>
          <h3>Serve a model</h3>
          <CodeBlock
            label="A version that a run has registered"
            code={`studio deploy MODEL@champion --name my-model --server ${server}`}
          />
        </li>
        <li>
          <h3>Keep the fleet</h3>
          <CodeBlock
            label="One instance; a file of many goes in by Import on the page of instances"
            code={`curl ${server}/api/instances \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "chat-1", "model_name": "chat-7b", "cluster_name": "gpu-1", "image_tag": "vllm:0.9"}'`}
          />
        </li>
        <li>
          <h3>Look at a whole story</h3>
          <CodeBlock
            label="A model trained, registered and served, in a data folder of its own"
            code="studio demo"
          />
        </li>
      </ol>
    </Panel>
  );
}
