import fc from "fast-check";
import { expect, test } from "vitest";
import { type Numbered, ResumeCursor } from "./resume";

/** A server's side of one topic: events with sparse numbers, sent to a subscriber with the right `prev`. */
class Topic {
  private sent = 0;

  private readonly seqs: number[];

  constructor(seqs: number[]) {
    this.seqs = seqs;
  }

  subscribe(since: number): void {
    this.sent = since;
  }

  /** The next message for the subscriber among the first `known` events, if there is one. */
  next(known: number): Numbered | null {
    const seq = this.seqs.slice(0, known).find((one) => one > this.sent);
    if (seq === undefined) return null;
    const message = { seq, prev: this.sent };
    this.sent = seq;
    return message;
  }

  /** How far the topic has been looked through: up to the next event, past those that the filter leaves out. */
  head(known: number): number {
    return (this.seqs[known] ?? 501) - 1;
  }
}

type Step = "publish" | "deliver" | "repeat" | "cut" | "heartbeat";
const steps = fc.array(
  fc.constantFrom<Step>("publish", "publish", "deliver", "deliver", "deliver", "repeat", "cut", "heartbeat"),
  {
    maxLength: 200,
  },
);
const sparse = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 60 })
  .map((seqs) => seqs.sort((a, b) => a - b));

function reconnect(cursor: ResumeCursor, topic: Topic): void {
  cursor.subscribed();
  topic.subscribe(cursor.since ?? 0);
}

test("however often the socket is cut, every event is applied once and in order", () => {
  fc.assert(
    fc.property(sparse, steps, (seqs, script) => {
      const topic = new Topic(seqs);
      const cursor = new ResumeCursor(0);
      const applied: number[] = [];
      let last: Numbered | null = null;
      let known = 0;
      const deliver = (message: Numbered | null) => {
        if (!message) return;
        const verdict = cursor.accept(message);
        expect(verdict).not.toBe("gap");
        if (verdict === "apply") applied.push(message.seq);
      };
      for (const step of script) {
        if (step === "publish") known = Math.min(known + 1, seqs.length);
        else if (step === "deliver") {
          last = topic.next(known);
          deliver(last);
        } else if (step === "repeat") deliver(last);
        else if (step === "cut") reconnect(cursor, topic);
        else if (topic.next(known) === null) cursor.upTo(topic.head(known));
        else reconnect(cursor, topic); // the message that `next` took off the line is lost with it
      }
      reconnect(cursor, topic);
      for (let message = topic.next(seqs.length); message; message = topic.next(seqs.length))
        deliver(message);
      expect(applied).toEqual(seqs);
    }),
  );
});

test("a message lost on the way shows as a gap, and reading goes on after it", () => {
  fc.assert(
    fc.property(sparse, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (seqs, lost) => {
      const topic = new Topic(seqs);
      const cursor = new ResumeCursor(0);
      let missing = false;
      for (let index = 0; index < seqs.length; index += 1) {
        const message = topic.next(seqs.length) as Numbered;
        if (lost[index]) {
          missing = true;
          continue;
        }
        expect(cursor.accept(message)).toBe(missing ? "gap" : "apply");
        missing = false;
      }
    }),
  );
});

test("a heartbeat moves the point to resume from, but not the one that prev is compared with", () => {
  const cursor = new ResumeCursor(10);
  cursor.upTo(50);
  expect(cursor.since).toBe(50);
  expect(cursor.accept({ seq: 60, prev: 10 })).toBe("apply");
  expect(cursor.since).toBe(60);
});

test("a reader that starts from now takes its first message as it comes", () => {
  const cursor = new ResumeCursor();
  expect(cursor.accept({ seq: 7, prev: 3 })).toBe("apply");
  expect(cursor.accept({ seq: 9, prev: 8 })).toBe("gap");
});
