import type { Client } from "./studio";
import { Refused } from "./studio";

/** Writes points and lines of a run as a program would: numbered, and again until the server has taken them. */
export class Writer {
  readonly sent = { points: 0, lines: 0 };
  private readonly api: Client;
  private readonly run: string;
  private stopped = false;

  constructor(api: Client, run: string) {
    this.api = api;
    this.run = run;
  }

  /** Write `count` points, or until it is stopped, and twice as many lines, one of each pair after the other, `pauseMs` apart. */
  async write(count: number, pauseMs: number): Promise<void> {
    for (let index = 0; index < count && !this.stopped; index += 1) {
      const step = this.sent.points + 1;
      const time = new Date().toISOString();
      const took = await this.insist(`/api/runs/${this.run}/metrics`, {
        points: [{ name: "loss", value: 1 / step, step, time }],
      });
      if (!took) return;
      this.sent.points = step;
      const first = this.sent.lines + 1;
      const tookLines = await this.insist(`/api/runs/${this.run}/logs`, {
        first,
        lines: [first, first + 1].map((line) => ({ text: `wrote line ${line}`, level: "info", time })),
      });
      if (!tookLines) return;
      this.sent.lines = first + 1;
      await new Promise((wake) => setTimeout(wake, pauseMs)); // the pace of the program
    }
  }

  /** End after what is under way. */
  stop(): void {
    this.stopped = true;
  }

  /** Send it until the server has taken it; false: it was stopped before. */
  private async insist(address: string, body: object): Promise<boolean> {
    while (!this.stopped) {
      try {
        await this.api.post(address, body);
        return true;
      } catch (error) {
        if (error instanceof Refused && error.status < 500) throw error;
        await new Promise((wake) => setTimeout(wake, 200)); // the server is away: before the next try
      }
    }
    return false;
  }
}
