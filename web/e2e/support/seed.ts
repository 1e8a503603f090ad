import { change, makeFleet } from "./fleet";
import { type Client, until } from "./studio";

interface Created {
  id: string;
}

/** The start of what is seeded: yesterday. */
const START = Date.now() - 86_400_000;
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

/** Levels of seeded lines, by number: an error each hundredth line, a warning each twentieth. */
export function levelOf(line: number): "error" | "warning" | "info" | "debug" | null {
  if (line % 100 === 0) return "error";
  if (line % 20 === 0) return "warning";
  if (line % 7 === 0) return "debug";
  return line % 5 === 0 ? null : "info";
}

export function textOf(line: number): string {
  return line % 100 === 0
    ? `worker ${line / 100} lost its shard`
    : `step=${line} loss=${(4 / line).toFixed(4)}`;
}

export async function makeExperiment(api: Client, name: string, more: object = {}): Promise<string> {
  return (await api.post<Created>("/api/experiments", { name, ...more })).id;
}

export async function makeRun(api: Client, experiment: string, body: object): Promise<string> {
  return (await api.post<Created>(`/api/experiments/${experiment}/runs`, body)).id;
}

export async function endRun(api: Client, run: string, status: string, seconds = 600): Promise<void> {
  await api.patch(`/api/runs/${run}`, { status, ended_at: at(seconds) });
}

/** A run with a curve of two metrics and a log of `lines` lines, ended in some way. */
export async function makeEndedRun(
  api: Client,
  experiment: string,
  {
    name,
    params,
    lines = 0,
    status = "succeeded",
  }: {
    name: string;
    params: Record<string, string>;
    lines?: number;
    status?: string;
  },
): Promise<string> {
  const run = await makeRun(api, experiment, { name, params, status: "running", started_at: at(0) });
  const steps = Array.from({ length: 50 }, (_, index) => index * 10);
  await api.post(`/api/runs/${run}/metrics`, {
    points: steps.flatMap((step) => [
      { name: "train/loss", value: 2 + 3 * Math.exp(-step / 100), step, time: at(step) },
      { name: "val/accuracy", value: 0.9 - 0.5 * Math.exp(-step / 120), step, time: at(step) },
    ]),
  });
  if (lines > 0) {
    const numbers = Array.from({ length: lines }, (_, index) => index + 1);
    await api.post(`/api/runs/${run}/logs`, {
      first: 1,
      lines: numbers.map((line) => ({ text: textOf(line), level: levelOf(line), time: at(line) })),
    });
  }
  await endRun(api, run, status);
  return run;
}

const MODEL_CODE = `
class Light:
    def predict(self, rows):
        return rows.sum(axis=1)
`;
const MLMODEL = `
flavors: {sklearn: {pickled_model: model.pkl, serialization_format: pickle, code: code}}
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
`;

/** Register a model that adds up two numbers and starts without heavy libraries; returns its version's number. */
export async function registerModel(api: Client, experiment: string, name: string): Promise<number> {
  const run = await makeRun(api, experiment, { name: `${name}-maker` });
  const { run: found } = await api.get<{ run: { info: { artifact_uri: string } } }>(
    `/api/2.0/mlflow/runs/get?run_id=${run}`,
  );
  const uri = found.info.artifact_uri;
  const base = `/api/2.0/mlflow-artifacts/artifacts/${uri.replace(/^mlflow-artifacts:\/+/, "")}/model`;
  await api.put(`${base}/MLmodel`, MLMODEL);
  await api.put(`${base}/model.pkl`, "clight_model_code\nLight\n)R.");
  await api.put(`${base}/code/light_model_code.py`, MODEL_CODE);
  await endRun(api, run, "succeeded");
  await api.post("/api/registry/models", { name });
  const version = await api.post<{ number: number }>(`/api/registry/models/${name}/versions`, {
    source: `${uri}/model`,
    run_id: run,
  });
  return version.number;
}

export async function deploy(api: Client, name: string, model: string, version: number): Promise<string> {
  const body = { name, model_name: model, model_version: version };
  return (await api.post<Created>("/api/deployments", body)).id;
}

export async function whenReady(api: Client, deployment: string): Promise<void> {
  await until("a ready deployment", async () => {
    const { state } = await api.get<{ state: string }>(`/api/deployments/${deployment}`);
    return state === "ready" ? true : null;
  });
}

/** What every journey finds. */
export interface Seeded {
  experiment: string;
  /** The newest run: succeeded, 3 points of curves, a log of 2,000 lines. */
  run: string;
  failedRun: string;
  deployment: string;
  /** An instance with a history, and two of its events. */
  instance: number;
  events: [number, number];
  deletedInstance: number;
}

export const EXPERIMENT = "mix-ablation";
export const RUN = "mix4-lr3";
export const LINES = 2000;
export const DEPLOYMENT = "adder";

async function seedFleet(api: Client): Promise<Pick<Seeded, "instance" | "events" | "deletedInstance">> {
  const ids = (await makeFleet(api, "seeded", 12)).map(({ id }) => id);
  const [instance, deletedInstance] = [ids[0] as number, ids[11] as number];
  await change(api, instance, { replicas: 6 }, "peak hours");
  await api.delete(`/api/instances/${deletedInstance}`);
  const { items } = await api.get<{ items: { history_id: number }[] }>(`/api/instances/${instance}/history`);
  const [last, first] = items.map(({ history_id }) => history_id);
  return { instance, events: [first as number, last as number], deletedInstance };
}

export async function seed(api: Client): Promise<Seeded> {
  const experiment = await makeExperiment(api, EXPERIMENT, {
    owner: "Mina Chen",
    description: "Which share of code in the mix?",
    tags: { team: "pretraining" },
  });
  const version = await registerModel(api, experiment, "adder");
  const deployment = await deploy(api, DEPLOYMENT, "adder", version);
  for (const [index, lr] of ["1e-4", "2e-4", "6e-4"].entries())
    await makeEndedRun(api, experiment, { name: `mix4-lr${index}`, params: { lr, batch: "512" } });
  const failedRun = await makeEndedRun(api, experiment, {
    name: "mix3-broken",
    params: { lr: "1e-2", batch: "512" },
    lines: 200,
    status: "failed",
  });
  const run = await makeEndedRun(api, experiment, {
    name: RUN,
    params: { lr: "3e-4", batch: "256" },
    lines: LINES,
  });
  const fleet = await seedFleet(api);
  await whenReady(api, deployment);
  return { experiment, run, failedRun, deployment, ...fleet };
}
