import { useState } from "react";
import { expect, onTestFinished, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { type Asked, failure, rowsOf, serve } from "@/testing/serve";
import { anInstance } from "@/testing/things";
import type { InstancesView } from "./api";
import { InstancesPage } from "./instances-page";

const LIST = "GET /api/instances";
const PUT = "PUT /api/instances/{id}";
const BULK = "POST /api/instances/bulk";
const SUMMARY = "GET /api/instances/summary";
const COUNTS = {
  ...{ total: 2, replicas: 6, clusters: [{ name: "gpu-cluster-0", count: 2 }], models: [] },
  status: { active: 2, inactive: 0, pending: 0, error: 0 },
  priority: { low: 0, medium: 2, high: 0, critical: 0 },
};
const fleet = [anInstance(), anInstance({ id: 8, name: "chat-2", replicas: 12, version: 2 })];

function Example({ first = {} }: { first?: InstancesView }) {
  const [view, setView] = useState<InstancesView>(first);
  return <InstancesPage view={view} onView={(change) => setView((old) => ({ ...old, ...change }))} />;
}

type Routes = Parameters<typeof serve>[0];

async function open(routes: Routes, view?: InstancesView) {
  localStorage.clear();
  onTestFinished(() => localStorage.clear());
  const served = serve({ [SUMMARY]: () => COUNTS, [LIST]: () => rowsOf(fleet), ...routes });
  await renderPage(<Example first={view} />);
  return served;
}

const cell = (row: number, column: string) =>
  document.querySelector<HTMLElement>(`tr[data-index="${row}"] td[data-edit="${column}"]`);

/** Change a cell in place, by keys alone. */
async function type(row: number, text: string) {
  await vi.waitFor(() => expect(cell(row, "replicas")).not.toBeNull());
  cell(row, "replicas")?.focus();
  await userEvent.keyboard(`{Enter}${text}{Enter}`);
}

test("an edit shows at once with a mark, and is confirmed by the answer", async () => {
  let answer: (instance: object) => void = () => {};
  const served = await open({ [PUT]: () => new Promise<object>((resolve) => (answer = resolve)) });
  await type(1, "20");
  await vi.waitFor(() => expect(cell(1, "replicas")?.dataset.pending).toBe("true"));
  expect(cell(1, "replicas")?.textContent).toBe("20");
  const [asked] = served.of(PUT);
  expect(asked?.body).toEqual({ replicas: 20 });
  expect(asked?.headers.get("if-match")).toBe('"2"');
  expect(asked?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
  answer({ ...fleet[1], replicas: 20, version: 3 });
  await expect.element(page.getByText("chat-2: replicas 20")).toBeVisible();
  await vi.waitFor(() => expect(cell(1, "replicas")?.dataset.pending).toBeUndefined());
  expect(cell(1, "replicas")?.textContent).toBe("20");
});

test("a refusal puts the old value back and says why, what stands again, and what the server said", async () => {
  const message = "must be less than or equal to 100";
  await open({
    [PUT]: () =>
      failure(422, "VALIDATION_ERROR", "The request is not valid.", {
        problems: [{ path: "replicas", message, value: 90 }],
      }),
  });
  await type(1, "90");
  await expect.element(page.getByText("chat-2 was not changed")).toBeVisible();
  await expect.element(page.getByText(`replicas: ${message}; restored 12`)).toBeVisible();
  expect(cell(1, "replicas")?.textContent).toBe("12");
  await page.getByText("Details").click();
  await expect.element(page.getByText("req1")).toBeVisible();
});

test("what is not right never leaves the page, and says so", async () => {
  const served = await open({});
  await vi.waitFor(() => expect(cell(0, "replicas")).not.toBeNull());
  cell(0, "replicas")?.focus();
  await userEvent.keyboard("{Enter}900{Enter}");
  await expect.element(page.getByRole("alert")).toMatchTextContent("Replicas must be 1–100 (got 900)");
  await userEvent.keyboard("{Escape}");
  expect(cell(0, "replicas")?.textContent).toBe("3");
  await expect.element(page.getByText("chat-1 was not changed")).not.toBeInTheDocument();
  await userEvent.keyboard("{Enter}900");
  await page.getByRole("heading", { level: 1 }).click();
  await expect.element(page.getByText("Replicas must be 1–100 (got 900); restored 3")).toBeVisible();
  expect(served.of(PUT)).toEqual([]);
});

const stale = (current: object, changes: object) =>
  failure(412, "PRECONDITION_FAILED", "It was changed.", {
    ...{ expected_version: 2, current_version: 3, current },
    changes_since: [{ seq: 9, at: "2026-11-20T12:00:00Z", actor: "user:mina", changes }],
  });

/** A server whose instance somebody else has changed meanwhile. */
function changedMeanwhile(theirs: object, changes: object) {
  const current = { ...fleet[1], ...theirs, version: 3 };
  return ({ headers, body }: Asked) =>
    headers.get("if-match") === '"3"'
      ? { ...current, ...(body as object), version: 4 }
      : stale(current, changes);
}

test("edits of different fields merge by themselves, and the other one is named", async () => {
  const served = await open({
    [PUT]: changedMeanwhile({ priority: "high" }, { priority: { old: "medium", new: "high" } }),
  });
  await type(1, "20");
  await expect.element(page.getByText("also changed by mina: priority")).toBeVisible();
  expect(cell(1, "replicas")?.textContent).toBe("20");
  expect(cell(1, "priority")?.textContent).toBe("high");
  expect(served.of(PUT).map(({ body }) => body)).toEqual([{ replicas: 20 }, { replicas: 20 }]);
});

test("edits of the same field are decided by the user; given up, theirs stands and yours is not lost", async () => {
  const served = await open({
    [PUT]: changedMeanwhile({ replicas: 15 }, { replicas: { old: 12, new: 15 } }),
  });
  await type(1, "20");
  const dialog = page.getByRole("dialog", { name: "chat-2 was changed by somebody else" });
  await expect.element(dialog.getByRole("row", { name: /^Replicas/ })).toMatchTextContent(/20/);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect.element(page.getByText("What others saved stands; yours was replicas 20")).toBeVisible();
  await page.getByRole("button", { name: "Review" }).click();
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-field")).toBe("replicas"));
  await userEvent.keyboard("2");
  await page.getByRole("button", { name: "Save merged" }).click();
  await expect.element(page.getByText("chat-2: replicas 20")).toBeVisible();
  expect(served.of(PUT).at(-1)?.headers.get("if-match")).toBe('"3"');
});

test("a bulk edit shows each row before it is done, names the rows that cannot be, and is undone", async () => {
  let refuse = true;
  const served = await open(
    {
      [BULK]: ({ body }) => {
        const rows = (body as { update: { id: number; replicas: number }[] }).update;
        if (refuse)
          return failure(412, "PRECONDITION_FAILED", "Nothing was done.", {
            problems: [{ path: "update.1.version", message: "was changed by somebody else" }],
          });
        return {
          items: rows.map(({ id, replicas }) => ({
            ...{ operation: "update", id, history_id: 90 + id },
            instance: { ...fleet.find((one) => one.id === id), replicas, version: 9 },
          })),
        };
      },
    },
    { sel: ["7", "8"] },
  );
  await page.getByRole("button", { name: "Edit…" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit 2 instances" });
  await dialog.getByRole("textbox", { name: "New value" }).fill("4");
  await expect.element(dialog.getByRole("row", { name: "chat-2 12 4" })).toBeVisible();
  await dialog.getByRole("button", { name: "Change 2 instances" }).click();
  await expect.element(dialog.getByText("Nothing was changed: 1 row could not be")).toBeVisible();
  await expect
    .element(dialog.getByRole("row", { name: /^chat-2/ }))
    .toMatchTextContent(/was changed by somebody/);
  refuse = false;
  await dialog.getByRole("button", { name: "Leave them out" }).click();
  await dialog.getByRole("button", { name: "Change 1 instance" }).click();
  await expect.element(page.getByText("1 instance: replicas 4")).toBeVisible();
  await userEvent.keyboard("z");
  await expect.element(page.getByText("chat-1: undone")).toBeVisible();
  expect(served.of(BULK).map(({ body }) => body)).toEqual([
    { update: [7, 8].map((id) => ({ id, version: id === 7 ? 4 : 2, replicas: 4 })) },
    { update: [{ id: 7, version: 4, replicas: 4 }] },
    { update: [{ id: 7, version: 9, replicas: 3 }] },
  ]);
});

test("the selection survives a filter, and says how much of it is hidden", async () => {
  await open({ [LIST]: ({ query }) => rowsOf(query.get("q") ? [fleet[0]] : fleet) });
  await page.getByRole("checkbox", { name: "Select chat-1" }).click();
  await page.getByRole("checkbox", { name: "Select chat-2" }).click();
  await expect.element(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("searchbox", { name: "Filter instances" }).fill("chat-1");
  await expect.element(page.getByText("2 selected, 1 hidden")).toBeVisible();
});

test("an empty fleet says what would be here, and how to begin by curl", async () => {
  await open({ [LIST]: () => rowsOf([]) });
  await expect.element(page.getByRole("heading", { name: "No instances yet" })).toBeVisible();
  await expect.element(page.getByText(/curl .*\/api\/instances/)).toBeVisible();
});

test("who may not write sees no field that opens, and why in the menu", async () => {
  const reader = { ...fleet[0], can: ["instances.read"] };
  await open({ [LIST]: () => rowsOf([reader]) });
  await page.getByRole("button", { name: "Actions of chat-1" }).click();
  const edit = page.getByRole("menuitem", { name: /^Edit/ });
  await expect.element(edit).toHaveAttribute("aria-disabled", "true");
  await expect.element(edit).toHaveAttribute("title", "You lack the right instances.write in default");
  expect(cell(0, "replicas")).toBeNull();
});
