import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/query-keys";
import { readAgain } from "@/api/read-again";
import { ResumeCursor } from "@/lib/resume";
import { socketUrl } from "@/lib/root";
import { FollowedOperations } from "./followed-operations";
import { FrameBatch } from "./frame-batch";
import type { AppMessage, LedgerEvent } from "./messages";
import { browserWorld, ResilientSocket, type SocketWorld } from "./resilient-socket";
import { staleKeys } from "./stale-keys";

const POLL_MS = 10_000;
/** A busy server must not make each screen ask again sixty times a second. */
const STALE_PAUSE_MS = 1000;
/** Events that are looked back on when the first socket opens. */
const LOOK_BACK = 200;
/** Answers of this page cannot be older than its start; clocks differ a little. */
const CLOCK_MARGIN_MS = 2000;

/** The app's one socket: it follows the ledger and marks what changed as stale. */
export class AppLive {
  readonly socket: ResilientSocket;
  readonly operations = new FollowedOperations((message) => this.socket.send(message));
  /** Server time minus ours, in milliseconds. */
  clockSkewMs = 0;
  private readonly cursor = new ResumeCursor();
  private readonly batch: FrameBatch<LedgerEvent>;
  private readonly client: QueryClient;
  /** Where its sockets open; those of runs open there too. */
  readonly world: SocketWorld;
  private poll: number | null = null;
  private readonly stale = new Map<string, readonly unknown[]>();
  private pause: number | null = null;
  private stopFollowing: (() => void) | null = null;
  /** When the page began to ask, by our clock. */
  private readonly startedAt: number;
  private lookingBack = false;
  /** Where the look back began, if events lie before it. */
  private lookedBackTo = 0;

  constructor(client: QueryClient, world: SocketWorld = browserWorld) {
    this.client = client;
    this.world = world;
    this.startedAt = world.now();
    this.batch = new FrameBatch(
      (events) => this.markStale(events),
      () => this.refetchAll(),
    );
    this.socket = new ResilientSocket(
      {
        url: () => socketUrl("/ws"),
        // The server says hello first, with the head of the ledger.
        onOpen: () => {},
        onMessages: (messages) => {
          for (const message of messages) this.take(message as AppMessage);
        },
      },
      world,
    );
  }

  start(): void {
    this.stopFollowing = this.socket.state.subscribe(() => this.pollWhileBlocked());
    this.socket.start();
  }

  stop(): void {
    this.stopFollowing?.();
    if (this.poll !== null) this.world.clearTimer(this.poll);
    if (this.pause !== null) this.world.clearTimer(this.pause);
    this.poll = this.pause = null;
    this.socket.stop();
  }

  private subscribe(): void {
    this.cursor.subscribed();
    this.socket.send({
      op: "subscribe",
      topic: "ledger",
      since: this.cursor.since ?? 0,
      filter: { project: "*" },
    });
  }

  /**
   * Follow the ledger from what was applied last.
   *
   * Answers that were read before the first socket opened may be older than its head: a look back finds what happened
   * since the page began to ask.
   */
  private begin(head: number): void {
    if (this.cursor.since === null) {
      this.lookingBack = true;
      this.lookedBackTo = Math.max(0, head - LOOK_BACK);
      this.cursor.reset(this.lookedBackTo);
    }
    this.subscribe();
  }

  /** Whether an answer of this page may lack the event. */
  private isNews(event: LedgerEvent): boolean {
    if (!this.lookingBack) return true;
    const isNews = Date.parse(event.at) >= this.startedAt + this.clockSkewMs - CLOCK_MARGIN_MS;
    if (isNews) this.lookingBack = false;
    return isNews;
  }

  private take(message: AppMessage): void {
    switch (message.type) {
      case "hello":
        this.clockSkewMs = Date.parse(message.server_time) - this.world.now();
        this.begin(message.head);
        this.operations.begin();
        break;
      case "heartbeat":
        if (message.upto?.ledger !== undefined) this.cursor.upTo(message.upto.ledger);
        break;
      case "reset":
        if (message.topic !== "ledger") break;
        // The heartbeat that comes with it tells where the topic goes on.
        this.cursor.reset();
        this.refetchAll();
        break;
      case "event":
        if (!this.operations.take(message))
          this.takeLedger(message.seq, message.prev, message.data as LedgerEvent);
        break;
      case "error":
        break;
    }
  }

  private takeLedger(seq: number, prev: number, data: LedgerEvent): void {
    const verdict = this.cursor.accept({ seq, prev });
    if (verdict === "gap") this.refetchAll();
    else if (verdict === "apply" && this.isNews(data)) {
      // The look back began with news already: there is more before it.
      if (this.lookedBackTo > 0 && prev === this.lookedBackTo) this.refetchAll();
      this.batch.add(data);
    }
  }

  private markStale(events: LedgerEvent[]): void {
    // Whatever happened, the ledger has it.
    this.stale.set("ledger", queryKeys.ledger.all);
    for (const event of events) {
      for (const key of staleKeys(event)) this.stale.set(JSON.stringify(key), key);
    }
    if (this.pause === null) this.refetchStale();
  }

  /** Refetch at once, then at most once per pause what has become stale meanwhile. */
  private refetchStale(): void {
    this.pause = null;
    if (this.stale.size === 0) return;
    for (const queryKey of this.stale.values()) readAgain(this.client, queryKey);
    this.stale.clear();
    this.pause = this.world.setTimer(() => this.refetchStale(), STALE_PAUSE_MS);
  }

  private refetchAll(): void {
    readAgain(this.client);
  }

  /** Where sockets never open (a proxy blocks them) but the page does, ask every ten seconds. */
  private pollWhileBlocked(): void {
    const state = this.socket.state.get();
    const blocked =
      state.kind === "offline" || (state.kind === "reconnecting" && state.sockets === "never worked");
    if (!blocked) {
      if (this.poll !== null) this.world.clearTimer(this.poll);
      this.poll = null;
    } else if (this.poll === null) {
      this.poll = this.world.setTimer(() => {
        this.poll = null;
        this.refetchAll();
        this.pollWhileBlocked();
      }, POLL_MS);
    }
  }
}
