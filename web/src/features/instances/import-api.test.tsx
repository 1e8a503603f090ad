import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import type { Operation } from "@/api/types";
import { AppLive } from "@/live/app-live";
import { serve } from "@/testing/serve";
import { World } from "@/testing/world";
import { whenImported } from "./import-api";

const REPORT = { created: 3, updated: 0, unchanged: 0, failed: 0 };
const operation = (status: Operation["status"], more: object = {}) =>
  ({
    id: "ope_1",
    kind: "instances.import",
    status,
    progress: null,
    result: null,
    error: null,
    ...more,
  }) as Operation;

function setUp() {
  const world = new World();
  const live = new AppLive(new QueryClient(), world);
  live.start();
  const open = () => {
    world.last.accept();
    world.last.say({ type: "hello", server_time: new Date(0).toISOString(), head: 0, heartbeat_s: 15 });
  };
  const tell = (data: Operation) =>
    world.last.say({ type: "event", topic: "operations", seq: 1, prev: 0, data });
  const progress: (number | null)[] = [];
  const wait = () =>
    whenImported(operation("running"), live, (one) => progress.push(one.progress?.done ?? null));
  return { open, tell, progress, wait };
}

test("the socket tells how far an import is and how it ended; nobody asks", async () => {
  const served = serve({ "GET /api/operations/{id}": () => operation("running") });
  const { open, tell, progress, wait } = setUp();
  open();
  const imported = wait();
  tell(operation("running", { progress: { done: 2, total: 3, unit: "rows" } }));
  await new Promise((wake) => setTimeout(wake, 700)); // longer than two looks would take
  tell(operation("succeeded", { result: REPORT }));
  expect(await imported).toEqual(REPORT);
  expect(progress).toEqual([null, 2, null]);
  expect(served.of("GET /api/operations/{id}")).toHaveLength(0);
});

test("a report that is too large for the socket is asked for once", async () => {
  const served = serve({ "GET /api/operations/{id}": () => operation("succeeded", { result: REPORT }) });
  const { open, tell, wait } = setUp();
  open();
  const imported = wait();
  tell(operation("succeeded"));
  expect(await imported).toEqual(REPORT);
  expect(served.of("GET /api/operations/{id}")).toHaveLength(1);
});

test("while the socket is away it is asked how far the import is, and a failure says why", async () => {
  const states = [operation("running"), operation("failed", { error: { message: "Row 7 has no name." } })];
  const served = serve({ "GET /api/operations/{id}": () => states.shift() ?? operation("running") });
  const { wait } = setUp();
  await expect(wait()).rejects.toThrow("Row 7 has no name.");
  await vi.waitFor(() => expect(served.of("GET /api/operations/{id}")).toHaveLength(2));
});
