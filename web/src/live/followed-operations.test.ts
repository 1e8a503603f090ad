import { expect, test } from "vitest";
import type { Operation } from "@/api/types";
import { FollowedOperations } from "./followed-operations";

const operation = (id: string, status: Operation["status"]) => ({ id, status }) as Operation;
const told = (data: Operation) => ({ topic: "operations", data });

function setUp() {
  const sent: unknown[] = [];
  return { sent, operations: new FollowedOperations((message) => sent.push(message)) };
}

test("the socket tells of operations as long as somebody waits for one, from its latest state on", () => {
  const { sent, operations } = setUp();
  operations.begin();
  expect(sent).toEqual([]);
  const heard: string[] = [];
  const stop = operations.follow("ope_1", ({ status }) => heard.push(status));
  expect(sent).toEqual([{ op: "subscribe", topic: "operations", since: 0 }]);
  operations.take(told(operation("ope_1", "running")));
  operations.take(told(operation("ope_2", "failed")));
  stop();
  operations.take(told(operation("ope_1", "succeeded")));
  expect(heard).toEqual(["running"]);
  expect(sent.at(-1)).toEqual({ op: "unsubscribe", topic: "operations" });
});

test("a socket that opens again is asked again, and messages of other topics are left alone", () => {
  const { sent, operations } = setUp();
  operations.follow("ope_1", () => {});
  operations.begin();
  expect(sent).toHaveLength(2);
  expect(operations.take({ topic: "ledger", data: {} })).toBe(false);
});
