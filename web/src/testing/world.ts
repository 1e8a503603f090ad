import type { SocketWorld } from "@/live/resilient-socket";

/** A clock and a network that the test moves. */
export class World implements SocketWorld {
  time = 0;
  online = true;
  sockets: FakePeer[] = [];
  private timers: { id: number; at: number; run: () => void }[] = [];
  private nextId = 1;

  open = (url: string): WebSocket => {
    const peer = new FakePeer(url);
    this.sockets.push(peer);
    return peer as unknown as WebSocket;
  };
  now = () => this.time;
  random = () => 0.5;
  isOnline = () => this.online;
  setTimer = (run: () => void, ms: number) => {
    this.timers.push({ id: this.nextId, at: this.time + ms, run });
    return this.nextId++;
  };
  clearTimer = (id: number) => {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  };

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.clearTimer(due.id);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }

  /** The socket that was opened last. */
  get last(): FakePeer {
    return this.sockets.at(-1) as FakePeer;
  }
}

/** The server's side of a socket. */
export class FakePeer {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly url: string;
  /** What the client said. */
  readonly heard: unknown[] = [];

  constructor(url: string) {
    this.url = url;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(...messages: unknown[]): void {
    this.onmessage?.({ data: JSON.stringify(messages.length === 1 ? messages[0] : messages) });
  }

  cut(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  close(): void {
    this.readyState = 3;
  }

  send(text: string): void {
    this.heard.push(JSON.parse(text));
  }
}
