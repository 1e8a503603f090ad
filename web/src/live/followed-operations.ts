import type { Operation } from "@/api/types";

type Hear = (operation: Operation) => void;

const TOPIC = "operations";

/** Long work that somebody waits for: the app's socket tells of it as long as it is waited for. */
export class FollowedOperations {
  private readonly followers = new Map<string, Set<Hear>>();
  private readonly send: (message: object) => void;

  constructor(send: (message: object) => void) {
    this.send = send;
  }

  /** Hear of an operation from its state now on. Returns: the way to end that. */
  follow(id: string, hear: Hear): () => void {
    const others = this.followers.get(id) ?? new Set();
    this.followers.set(id, others.add(hear));
    this.begin();
    return () => {
      others.delete(hear);
      if (others.size === 0) this.followers.delete(id);
      if (this.followers.size === 0) this.send({ op: "unsubscribe", topic: TOPIC });
    };
  }

  /** A socket has opened, or there is more to hear of: ask for the state of all. */
  begin(): void {
    if (this.followers.size > 0) this.send({ op: "subscribe", topic: TOPIC, since: 0 });
  }

  /** Whether a message was for those who follow. */
  take({ topic, data }: { topic: string; data: unknown }): boolean {
    if (topic !== TOPIC) return false;
    const operation = data as Operation;
    for (const hear of this.followers.get(operation.id) ?? []) hear(operation);
    return true;
  }
}
