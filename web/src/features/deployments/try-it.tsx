import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAsOf } from "@/api/as-of";
import { toApiError } from "@/api/errors";
import { authMethodsQuery } from "@/api/session";
import type { Deployment } from "@/api/types";
import { formatDuration } from "@/lib/units";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { Panel } from "@/ui/panel";
import { Loaded, Skeleton } from "@/ui/states";
import styles from "./deployments.module.css";
import {
  curlSnippet,
  exampleRequest,
  infer,
  type ModelMetadata,
  metadataQuery,
  pythonSnippet,
  type Tensor,
} from "./model-metadata";

interface Props {
  deployment: Deployment;
  /** Where requests go. */
  url: string;
}

/** How to call a deployment: snippets made from what its model takes, and a form that sends one. */
export function TryIt({ deployment, url }: Props) {
  const isPast = useAsOf() !== undefined;
  const isServing = deployment.replicas.ready > 0 && !isPast;
  const metadata = useQuery({ ...metadataQuery(deployment), enabled: isServing });
  const methods = useQuery(authMethodsQuery);
  const needsToken = methods.data !== undefined && methods.data.mode !== "single_user";
  if (isPast)
    return (
      <Panel title="Call it">
        <p className={styles.soft}>
          What a model takes is asked of its replicas, which answer for now only. Return to now to call it.
        </p>
      </Panel>
    );
  if (!isServing)
    return (
      <Panel title="Call it">
        <p className={styles.soft}>
          Examples are made from what the model says it takes. It says so once a replica is ready.
        </p>
      </Panel>
    );
  return (
    <Loaded query={metadata} what="What the model takes" skeleton={<Skeleton rows={5} />}>
      {(model) => (
        <>
          <Panel title="Call it">
            <div className={styles.snippets}>
              <Snippets {...{ model, url, needsToken }} />
            </div>
          </Panel>
          <Panel title="Try it">
            <Form key={deployment.model_version} deployment={deployment} model={model} />
          </Panel>
          <Panel title="Inputs and outputs" flush>
            <Tensors model={model} />
          </Panel>
        </>
      )}
    </Loaded>
  );
}

function Snippets({ model, url, needsToken }: { model: ModelMetadata; url: string; needsToken: boolean }) {
  const request = exampleRequest(model);
  return (
    <>
      {request && <CodeBlock label="curl" code={curlSnippet(url, request, needsToken)} />}
      <CodeBlock label="Python" code={pythonSnippet(url, model, needsToken)} />
    </>
  );
}

function Form({ deployment, model }: { deployment: Deployment; model: ModelMetadata }) {
  const [body, setBody] = useState(() => JSON.stringify(exampleRequest(model) ?? { inputs: [] }));
  const send = useMutation({ mutationFn: () => infer(deployment, body) });
  const id = useId();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <label htmlFor={id}>Request</label>
      <textarea
        id={id}
        rows={5}
        spellCheck={false}
        value={body}
        onChange={(event) => setBody(event.target.value)}
      />
      <div>
        <Button type="submit" variant="primary" busy={send.isPending}>
          Send
        </Button>
      </div>
      <div role="status" className={styles.answer}>
        {send.data && (
          <>
            <span className={styles.soft}>Answered in {formatDuration(send.data.ms / 1000)}</span>
            {/* It scrolls, by keyboard too. */}
            <pre tabIndex={0}>{JSON.stringify(send.data.answer, null, 2)}</pre>
          </>
        )}
        {send.error && <span className={styles.bad}>{toApiError(send.error).message}</span>}
      </div>
    </form>
  );
}

function Tensors({ model }: { model: ModelMetadata }) {
  const rows = [
    ...model.inputs.map((tensor) => ["input", tensor] as const),
    ...model.outputs.map((tensor) => ["output", tensor] as const),
  ];
  return (
    <table className={styles.tensors}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Is an</th>
          <th scope="col">Type</th>
          <th scope="col">Shape</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([kind, tensor]) => (
          <tr key={`${kind} ${tensor.name}`}>
            <td>
              <code>{tensor.name}</code>
            </td>
            <td>{kind}</td>
            <td>{tensor.datatype}</td>
            <td>{shapeOf(tensor)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shapeOf({ shape }: Tensor): string {
  return shape.map((size) => (size < 0 ? "any" : String(size))).join(" × ");
}
