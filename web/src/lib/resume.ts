/**
 * How far a reader of a live topic has come, by the rules of the socket protocol.
 *
 * `prev` of a message is the `seq` of the message sent before it on the same subscription (`since` for the first), so a
 * hole shows as `prev ≠ last applied`; rights and filters make the numbers themselves sparse.
 */
export interface Numbered {
  seq: number;
  prev: number;
}

export type Verdict =
  /** The next message: apply it. */
  | "apply"
  /** Seen already: ignore it. */
  | "drop"
  /** Something between was missed: read the state again, then go on from here. */
  | "gap";

export class ResumeCursor {
  private applied: number | null;
  private seen: number | null;

  /** `since`: the last number already known; `null`: start from now. */
  constructor(since: number | null = null) {
    this.applied = since;
    this.seen = since;
  }

  /** What to ask for when subscribing: the greater of the last applied number and the last `upto`. */
  get since(): number | null {
    return this.seen;
  }

  /** A new subscription begins at `since`: the server counts `prev` from there. */
  subscribed(): void {
    this.applied = this.seen;
  }

  /** Judge a message and move on past it. */
  accept(message: Numbered): Verdict {
    if (this.applied === null) {
      // Subscribed from now: the first message says where that was.
      this.moveTo(message.seq);
      return "apply";
    }
    if (message.seq <= this.applied) return "drop";
    const follows = message.prev === this.applied;
    this.moveTo(message.seq);
    return follows ? "apply" : "gap";
  }

  /** A heartbeat says that the topic has been looked through up to here, with nothing for this reader. */
  upTo(seq: number): void {
    if (this.seen === null || seq > this.seen) this.seen = seq;
    if (this.applied === null) this.applied = this.seen;
  }

  /** The server cannot replay: start again from `head` (`null`: from now). */
  reset(head: number | null = null): void {
    this.applied = head;
    this.seen = head;
  }

  private moveTo(seq: number): void {
    this.applied = seq;
    if (this.seen === null || seq > this.seen) this.seen = seq;
  }
}
