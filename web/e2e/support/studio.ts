import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's environment, with the server and its own Node. */
export const BIN = fileURLToPath(new URL("../../../.venv/bin", import.meta.url));

const START_MS = 180_000;
const LOOK_MS = 50;

/** Wait until `look` answers something other than null; the deadline's error says what was waited for. */
export async function until<T>(what: string, look: () => Promise<T | null>, ms = START_MS): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${ms} ms`);
    await new Promise((wake) => setTimeout(wake, LOOK_MS)); // between two looks
  }
}

/** What a request of the API was answered with when it was not a good answer. */
export class Refused extends Error {
  readonly status: number;

  constructor(method: string, url: string, status: number, body: string) {
    super(`${method} ${url}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
  }
}

/** Asks a server's API. */
export class Client {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  get<T>(address: string): Promise<T> {
    return this.send("GET", address);
  }

  post<T>(address: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.send("POST", address, body, headers);
  }

  async delete(address: string): Promise<void> {
    await this.send("DELETE", address);
  }

  patch<T>(address: string, body: unknown): Promise<T> {
    return this.send("PATCH", address, body);
  }

  /** Store bytes under an address. */
  async put(address: string, bytes: string): Promise<void> {
    const answer = await fetch(this.url + address, { method: "PUT", body: bytes });
    if (!answer.ok) throw new Refused("PUT", address, answer.status, await answer.text());
  }

  private async send<T>(
    method: string,
    address: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await fetch(this.url + address, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Refused(method, address, answer.status, text);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}

/** A server process on a data folder of its own. */
export class Studio {
  readonly folder: string;
  private readonly rootPath: string;
  private process: ChildProcess | null = null;
  private port = 0;

  /** `rootPath`: the sub-path that everything lies under. */
  constructor(rootPath = "") {
    this.folder = mkdtempSync(path.join(tmpdir(), "studio-e2e-"));
    this.rootPath = rootPath;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.rootPath}`;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  get api(): Client {
    return new Client(this.url);
  }

  /** Start it, again on the same port, and wait until it is ready. */
  async start(): Promise<void> {
    const log = openSync(path.join(this.folder, "server.log"), "a");
    const started = spawn(
      path.join(BIN, "studio"),
      ["up", "--data", this.folder, "--port", String(this.port), "--no-open"],
      { env: { ...clean(process.env), STUDIO_ROOT_PATH: this.rootPath }, stdio: ["ignore", log, log] },
    );
    this.process = started;
    await until("the start of the server", async () => {
      if (started.exitCode !== null) throw new Error(`the server ended: ${this.log()}`);
      this.port = this.announcedPort(started) ?? this.port;
      return this.port !== 0 && (await answers(`${this.url}/ready`)) ? true : null;
    });
  }

  /** End it as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** End it in order, with all that it has started, and remove its data. */
  async stop(): Promise<void> {
    if (await answers(`${this.url}/ready`)) await this.endWork();
    await this.end("SIGINT");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Jobs and replicas outlive their server on purpose, so that another start finds them again. */
  private async endWork(): Promise<void> {
    const list = <T>(address: string) => this.api.get<{ items: T[] }>(address).then(({ items }) => items);
    const deployments = () => list<{ id: string; state: string }>("/api/deployments?project=*&limit=1000");
    const jobs = () =>
      list<{ id: string; status: string }>("/api/training/jobs?project=*&limit=1000").then((all) =>
        all.filter(({ status }) => status === "running" || status === "pending"),
      );
    for (const { id, state } of await deployments())
      if (state !== "stopped") await this.api.post(`/api/deployments/${id}/stop`);
    for (const { id } of await jobs()) await this.api.post(`/api/training/jobs/${id}/stop`);
    await until("the end of jobs and replicas", async () => {
      const left = (await deployments()).filter(({ state }) => state !== "stopped");
      return left.length + (await jobs()).length === 0 ? true : null;
    });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const ended = this.process;
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return;
    const gone = new Promise((resolve) => ended.once("exit", resolve));
    ended.kill(signal);
    await gone;
  }

  /** The port that this process announced in its data folder; null: not yet. */
  private announcedPort(started: ChildProcess): number | null {
    try {
      const { pid, url } = JSON.parse(readFileSync(path.join(this.folder, "server.lock"), "utf8"));
      return pid === started.pid ? Number(new URL(url).port) : null;
    } catch {
      return null; // the file is written once the port is known
    }
  }

  private log(): string {
    return readFileSync(path.join(this.folder, "server.log"), "utf8").slice(-2000);
  }
}

/** Without settings of the person who runs the tests. */
function clean(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(STUDIO|MLFLOW)_/.test(name));
  return Object.fromEntries(kept.filter(([name]) => name !== "PYTHONDONTWRITEBYTECODE"));
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // nobody listens yet
  }
}
