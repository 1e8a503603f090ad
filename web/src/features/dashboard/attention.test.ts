import { expect, test } from "vitest";
import { type Attention, ofInstance, ranked } from "./attention";

function anAttention(values: Partial<Attention>): Attention {
  return {
    key: "run 1",
    kind: "run",
    severity: 2,
    title: "Run a failed",
    detail: "",
    at: "2026-11-20T12:00:00Z",
    action: "Why",
    link: { to: "/" },
    ...values,
  };
}

test("the worst stands first, and of those alike the newest", () => {
  const items = [
    anAttention({ key: "old", at: "2026-11-20T11:00:00Z" }),
    anAttention({ key: "new", at: "2026-11-20T13:00:00Z" }),
    anAttention({ key: "worst", severity: 0, at: "2026-11-01T00:00:00Z" }),
  ];
  expect(ranked(items).map(({ key }) => key)).toEqual(["worst", "new", "old"]);
});

test("an instance is as urgent as its priority says", () => {
  const severity = (priority: "low" | "medium" | "high" | "critical") =>
    ofInstance({
      id: 7,
      name: "chat",
      model_name: "chat-7b",
      cluster_name: "gpu-1",
      priority,
      updated_at: "2026-11-20T12:00:00Z",
    } as Parameters<typeof ofInstance>[0]).severity;
  expect([severity("critical"), severity("high"), severity("medium"), severity("low")]).toEqual([0, 1, 2, 2]);
});
