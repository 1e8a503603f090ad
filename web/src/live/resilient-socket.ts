import { retryDelayMs } from "@/lib/backoff";
import { Store } from "@/lib/store";

/** How the connection stands. */
export type ConnectionState =
  | { kind: "connecting" }
  /** Open, and the last heartbeat is younger than `HEARTBEAT_LIMIT_MS`. */
  | { kind: "live" }
  /** Closed; the next try is at `retryAt` (milliseconds since 1970). */
  | { kind: "reconnecting"; retryAt: number; sockets: "worked" | "never worked" }
  /** The browser is offline, or no try has succeeded for a minute. */
  | { kind: "offline" }
  /** The server refused for good: signed out, no right, or no such thing. */
  | { kind: "refused"; code: number };

/** The parts of the world that a socket needs, so that a test can own them. */
export interface SocketWorld {
  open: (url: string) => WebSocket;
  now: () => number;
  random: () => number;
  setTimer: (run: () => void, ms: number) => number;
  clearTimer: (id: number) => void;
  isOnline: () => boolean;
}

export const browserWorld: SocketWorld = {
  open: (url) => new WebSocket(url),
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => window.setTimeout(run, ms),
  clearTimer: (id) => window.clearTimeout(id),
  isOnline: () => navigator.onLine,
};

const HEARTBEAT_LIMIT_MS = 20_000;
const OFFLINE_AFTER_MS = 60_000;
const REFUSED_CODES = new Set([4401, 4403, 4404]);

interface Handlers {
  /** The address to connect to, asked before each try (it carries how far the reader has come). */
  url: () => string;
  /** The socket is open: subscribe. */
  onOpen: () => void;
  /** One frame's JSON objects, in order. */
  onMessages: (messages: unknown[]) => void;
}

/** A socket that comes back by itself, and says how it stands. What was missed in between is the reader's to ask for. */
export class ResilientSocket {
  readonly state = new Store<ConnectionState>({ kind: "connecting" });
  private socket: WebSocket | null = null;
  private timer: number | null = null;
  private watch: number | null = null;
  private attempt = 0;
  private everOpened = false;
  private lostAt: number | null = null;
  private stopped = true;
  private readonly handlers: Handlers;
  private readonly world: SocketWorld;

  constructor(handlers: Handlers, world: SocketWorld = browserWorld) {
    this.handlers = handlers;
    this.world = world;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.clearTimers();
    this.drop();
  }

  /** Try now instead of waiting for the next turn. */
  retryNow(): void {
    if (this.stopped || this.socket) return;
    this.attempt = 0;
    this.connect();
  }

  /** The browser says that the network is gone; the socket may still work (a server on this machine). */
  networkChanged(): void {
    if (this.world.isOnline()) this.retryNow();
    else if (!this.socket) this.state.set({ kind: "offline" });
  }

  send(message: unknown): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private connect(): void {
    this.clearTimers();
    const socket = this.world.open(this.handlers.url());
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.everOpened = true;
      this.lostAt = null;
      this.state.set({ kind: "live" });
      this.handlers.onOpen();
      this.expectHeartbeat();
    };
    socket.onmessage = (event) => {
      this.expectHeartbeat();
      const frame: unknown = JSON.parse(String(event.data));
      this.handlers.onMessages(Array.isArray(frame) ? frame : [frame]);
    };
    socket.onclose = (event) => this.lost(event.code);
  }

  /** No frame for too long means a dead peer that TCP has not noticed. */
  private expectHeartbeat(): void {
    if (this.watch !== null) this.world.clearTimer(this.watch);
    this.watch = this.world.setTimer(() => {
      this.drop();
      this.lost(0);
    }, HEARTBEAT_LIMIT_MS);
  }

  private lost(code: number): void {
    this.drop();
    this.clearTimers();
    if (this.stopped) return;
    if (REFUSED_CODES.has(code)) {
      this.state.set({ kind: "refused", code });
      return;
    }
    const now = this.world.now();
    this.lostAt ??= now;
    const delay = retryDelayMs(this.attempt, this.world.random);
    this.attempt += 1;
    this.timer = this.world.setTimer(() => this.connect(), delay);
    const gone = !this.world.isOnline() || now - this.lostAt >= OFFLINE_AFTER_MS;
    this.state.set(
      gone
        ? { kind: "offline" }
        : {
            kind: "reconnecting",
            retryAt: now + delay,
            sockets: this.everOpened ? "worked" : "never worked",
          },
    );
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private clearTimers(): void {
    if (this.timer !== null) this.world.clearTimer(this.timer);
    if (this.watch !== null) this.world.clearTimer(this.watch);
    this.timer = this.watch = null;
  }
}
