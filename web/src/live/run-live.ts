import { ResumeCursor } from "@/lib/resume";
import { socketUrl } from "@/lib/root";
import { Store } from "@/lib/store";
import { FrameBatch } from "./frame-batch";
import type { LineData, PointData, RunMessage, StatusData } from "./messages";
import { browserWorld, ResilientSocket, type SocketWorld } from "./resilient-socket";

export type Stream = "ledger" | "metric" | "log";

/** How many of the newest messages of each kind are kept for screens that read an answer at the same time. */
const KEPT = 20_000;

/**
 * Why answers may lack something: `missed` messages, or a subscription that is `fresh`: what came between an answer
 * and the subscription is in neither.
 */
export type Gap = "missed" | "fresh";

/** What a screen does with a run's stream. `gap` means: read it again. */
export interface RunListener {
  points?: (points: PointData[]) => void;
  lines?: (lines: LineData[]) => void;
  gap?: (stream: Stream, why: Gap) => void;
}

/** A run's own socket: status, metric points and log lines as they come, handed on once per animation frame. */
export class RunLive {
  /** The last status the socket told; `null` before the first. */
  readonly status = new Store<StatusData | null>(null);
  readonly socket: ResilientSocket;
  private readonly cursors: Record<Stream, ResumeCursor> = {
    ledger: new ResumeCursor(),
    metric: new ResumeCursor(),
    log: new ResumeCursor(),
  };
  private readonly listeners = new Set<RunListener>();
  /**
   * What came last. An answer was made before it arrives, so that messages which came meanwhile may not be in it:
   * a screen adds to each answer those of these that it lacks.
   */
  readonly recent: { points: PointData[]; lines: LineData[] } = { points: [], lines: [] };
  private readonly batch: FrameBatch<RunMessage>;

  constructor(runId: string, world: SocketWorld = browserWorld) {
    this.batch = new FrameBatch(
      (messages) => this.apply(messages),
      () => {
        this.tellGap("metric", "missed");
        this.tellGap("log", "missed");
      },
    );
    this.socket = new ResilientSocket(
      {
        url: () => socketUrl(`/ws/runs/${encodeURIComponent(runId)}${this.since()}`),
        onOpen: () => this.opened(),
        onMessages: (messages) => {
          for (const message of messages) this.take(message as RunMessage);
        },
      },
      world,
    );
  }

  listen(listener: RunListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private opened(): void {
    for (const [stream, cursor] of Object.entries(this.cursors)) {
      // Subscribed from now on: answers that were made before this moment lack what came in between.
      if (cursor.since === null) this.tellGap(stream as Stream, "fresh");
      cursor.subscribed();
    }
  }

  private since(): string {
    const parts = (Object.keys(this.cursors) as Stream[])
      .filter((stream) => this.cursors[stream].since !== null)
      .map((stream) => `${stream}:${this.cursors[stream].since}`);
    return parts.length === 0 ? "" : `?since=${parts.join(",")}`;
  }

  private take(
    message: RunMessage | { type: string; upto?: Partial<Record<Stream, number>>; topic?: string },
  ): void {
    if ("seq" in message) {
      const stream = streamOf(message);
      const verdict = this.cursors[stream].accept(message);
      if (verdict === "drop") return;
      this.batch.add(message);
      if (verdict === "gap") this.tellGap(stream, "missed");
    } else if (message.type === "heartbeat") {
      for (const [stream, upto] of Object.entries(message.upto ?? {}))
        if (isStream(stream)) this.cursors[stream].upTo(upto);
    } else if (message.type === "reset" && isStream(message.topic)) {
      // The heartbeat that comes with it tells where the stream goes on.
      this.cursors[message.topic].reset();
      this.tellGap(message.topic, "missed");
    }
  }

  private apply(messages: RunMessage[]): void {
    const points: PointData[] = [];
    const lines: LineData[] = [];
    for (const message of messages) {
      if (message.type === "metric_point") points.push(message.data);
      else if (message.type === "log_line") lines.push(message.data);
      else if (message.type === "status") this.status.set(message.data);
    }
    keep(this.recent.points, points);
    keep(this.recent.lines, lines);
    for (const listener of this.listeners) {
      if (points.length > 0) listener.points?.(points);
      if (lines.length > 0) listener.lines?.(lines);
    }
  }

  private tellGap(stream: Stream, why: Gap): void {
    for (const listener of this.listeners) listener.gap?.(stream, why);
  }
}

function isStream(topic: string | undefined): topic is Stream {
  return topic === "ledger" || topic === "metric" || topic === "log";
}

function keep<T>(all: T[], more: readonly T[]): void {
  for (const one of more) all.push(one);
  if (all.length > 2 * KEPT) all.splice(0, all.length - KEPT);
}

function streamOf(message: RunMessage): Stream {
  if (message.type === "metric_point") return "metric";
  return message.type === "log_line" ? "log" : "ledger";
}
