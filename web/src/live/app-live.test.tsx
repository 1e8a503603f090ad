import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { World } from "@/testing/world";
import { AppLive } from "./app-live";

const PAGE_OPENED = Date.UTC(2026, 10, 20, 12);
const at = (seconds: number) => new Date(PAGE_OPENED + seconds * 1000).toISOString();

/** A page that asked for its data just now, and a ledger whose head is at 500. */
function setUp() {
  const world = new World();
  world.time = PAGE_OPENED;
  const client = new QueryClient();
  const stale: unknown[] = [];
  client.invalidateQueries = async (filters) => void stale.push(filters?.queryKey ?? "everything");
  const live = new AppLive(client, world);
  live.start();
  const hello = (head = 500) => world.last.say({ type: "hello", server_time: at(0), head, heartbeat_s: 15 });
  const event = (seq: number, prev: number, kind = "experiment.created", seconds = 1) => ({
    type: "event",
    topic: "ledger",
    seq,
    prev,
    data: { seq, at: at(seconds), kind, entity: kind.split(".")[0], entity_id: "7" },
  });
  const heartbeat = (upto: number) => ({ type: "heartbeat", server_time: at(0), upto: { ledger: upto } });
  return { world, live, stale, hello, event, heartbeat };
}

/** What an experiment's event makes stale. */
const EXPERIMENT = [["ledger"], ["experiments", "list"], ["experiments", "one", "7"]];

test("it subscribes a little before the head, for the page has asked before the socket was open", () => {
  const { world, hello } = setUp();
  world.last.accept();
  expect(world.last.heard).toEqual([]);
  hello();
  expect(world.last.heard).toEqual([
    { op: "subscribe", topic: "ledger", since: 300, filter: { project: "*" } },
  ]);
});

test("what happened since the page asked is stale, what happened before is not", async () => {
  const { world, stale, hello, event, heartbeat } = setUp();
  world.last.accept();
  hello();
  world.last.say(
    heartbeat(300),
    event(490, 300, "run.created", -60),
    event(500, 490, "experiment.created", 1),
  );
  await vi.waitFor(() => expect(stale).toEqual(EXPERIMENT));
});

test("where more happened since than is looked back on, everything is asked for again", async () => {
  const { world, stale, hello, event, heartbeat } = setUp();
  world.last.accept();
  hello();
  world.last.say(heartbeat(300), event(301, 300, "experiment.created", 1));
  await vi.waitFor(() => expect(stale).toContain("everything"));
});

test("an event makes stale what it touches; a repeat changes nothing, a hole everything", async () => {
  const { world, stale, hello, event, heartbeat } = setUp();
  world.last.accept();
  hello();
  world.last.say(heartbeat(300), event(490, 300, "run.created", -60), event(500, 490));
  await vi.waitFor(() => expect(stale).toEqual(EXPERIMENT));
  stale.length = 0;
  world.last.say(event(500, 490));
  world.last.say(event(507, 503));
  expect(stale).toEqual(["everything"]);
});

test("after a cut it goes on behind what was applied or looked through, whichever is further", () => {
  const { world, hello, event, heartbeat } = setUp();
  world.last.accept();
  hello();
  world.last.say(heartbeat(300), event(500, 300));
  world.last.say(heartbeat(520));
  world.last.cut();
  world.advance(500);
  world.last.accept();
  hello(600);
  expect(world.last.heard).toMatchObject([{ since: 520 }]);
});

test("a server that cannot replay is believed: everything is asked for again, and it goes on from there", async () => {
  const { world, stale, hello, event, heartbeat } = setUp();
  world.last.accept();
  hello();
  world.last.say({ type: "reset", topic: "ledger", reason: "too_old" }, heartbeat(900));
  expect(stale).toEqual(["everything"]);
  world.last.say(event(903, 900));
  await vi.waitFor(() => expect(stale.slice(1)).toEqual(EXPERIMENT));
});

test("where sockets never open, everything is asked for every ten seconds, and no more once they do", () => {
  const { world, stale, hello } = setUp();
  world.last.cut();
  const rounds = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      world.advance(1000);
      if (world.last.readyState === 0) world.last.cut();
    }
  };
  rounds(35);
  expect(stale).toEqual(["everything", "everything", "everything"]);
  world.advance(15_000);
  world.last.accept();
  hello();
  stale.length = 0;
  world.advance(19_000);
  expect(stale).toEqual([]);
});
