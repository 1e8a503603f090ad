import { expect, test } from "vitest";
import { World } from "@/testing/world";
import { ResilientSocket } from "./resilient-socket";

function setUp() {
  const world = new World();
  const got: unknown[] = [];
  let opened = 0;
  const socket = new ResilientSocket(
    {
      url: () => `ws://studio/ws?n=${opened}`,
      onOpen: () => (opened += 1),
      onMessages: (messages) => got.push(...messages),
    },
    world,
  );
  socket.start();
  return { world, socket, got };
}

test("it says live when open, and hands on single objects and batches alike", () => {
  const { world, socket, got } = setUp();
  world.last.accept();
  world.last.say({ a: 1 });
  world.last.say({ a: 2 }, { a: 3 });
  expect(socket.state.get()).toEqual({ kind: "live" });
  expect(got).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});

test("after a cut it tries again, waiting longer each time, with a fresh address", () => {
  const { world, socket } = setUp();
  world.last.accept();
  world.last.cut();
  expect(socket.state.get()).toMatchObject({ kind: "reconnecting", retryAt: 500, sockets: "worked" });
  world.advance(500);
  expect(world.last.url).toBe("ws://studio/ws?n=1");
  world.last.cut();
  expect(socket.state.get()).toMatchObject({ retryAt: 1500 });
  world.advance(1000);
  world.last.accept();
  expect(socket.state.get()).toEqual({ kind: "live" });
});

test("a peer that falls silent is left after twenty seconds", () => {
  const { world, socket } = setUp();
  world.last.accept();
  world.advance(19_000);
  world.last.say({ type: "heartbeat" });
  world.advance(19_000);
  expect(socket.state.get().kind).toBe("live");
  world.advance(1_001);
  expect(socket.state.get().kind).toBe("reconnecting");
});

test("it says offline after a minute without success, and goes on trying", () => {
  const { world, socket } = setUp();
  world.last.cut();
  for (let time = 0; time < 90; time += 1) {
    world.advance(1000);
    if (world.last.readyState === 0) world.last.cut();
  }
  expect(socket.state.get().kind).toBe("offline");
  const tries = world.sockets.length;
  world.advance(20_000);
  expect(world.sockets.length).toBeGreaterThan(tries);
  world.last.accept();
  expect(socket.state.get().kind).toBe("live");
});

test("without a network it says so at once, and tries when the network is back", () => {
  const { world, socket } = setUp();
  world.online = false;
  world.last.cut();
  expect(socket.state.get().kind).toBe("offline");
  world.online = true;
  const tries = world.sockets.length;
  socket.networkChanged();
  expect(world.sockets.length).toBe(tries + 1);
});

test("it does not come back after being refused, nor after being stopped", () => {
  const refused = setUp();
  refused.world.last.cut(4404);
  refused.world.advance(60_000);
  expect(refused.socket.state.get()).toEqual({ kind: "refused", code: 4404 });
  expect(refused.world.sockets).toHaveLength(1);

  const stopped = setUp();
  stopped.socket.stop();
  stopped.world.advance(60_000);
  expect(stopped.world.sockets).toHaveLength(1);
});
