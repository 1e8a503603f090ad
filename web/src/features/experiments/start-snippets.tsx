import { publicUrl } from "@/lib/root";
import { CodeBlock } from "@/ui/code-block";

interface Props {
  /** Name of the experiment that the lines log into. */
  experiment: string;
}

/** Three ways to a first run, with this server's address. */
export function StartSnippets({ experiment }: Props) {
  const server = publicUrl();
  const quoted = shellWord(experiment);
  return (
    <>
      <CodeBlock
        label="Python"
        code={`import mlflow
mlflow.set_tracking_uri("${server}")
mlflow.set_experiment(${JSON.stringify(experiment)})
with mlflow.start_run():
    mlflow.log_param("lr", 0.001)
    mlflow.log_metric("loss", 0.42, step=1)`}
      />
      <CodeBlock
        label="A script that uses mlflow already"
        code={`MLFLOW_TRACKING_URI=${server} MLFLOW_EXPERIMENT_NAME=${quoted} python train.py`}
      />
      <CodeBlock
        label="Any program, started and watched by the Studio"
        code={`studio run --server ${server} --experiment ${quoted} -- python train.py`}
      />
    </>
  );
}

/** A word as a POSIX shell reads it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
