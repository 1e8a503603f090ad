import { beforeEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, serve } from "@/testing/serve";
import { anInstance } from "@/testing/things";
import { readDraft } from "./drafts";
import { InstanceForm } from "./instance-form";

const POST = "POST /api/instances";
const PUT = "PUT /api/instances/{id}";
const SUMMARY = "GET /api/instances/summary";
const summary = () => ({
  clusters: [{ name: "gpu-cluster-0", count: 1 }],
  models: [],
  status: {},
  priority: {},
});

beforeEach(() => localStorage.clear());

const field = (name: string) => page.getByRole("textbox", { name });

test("what is missing and wrong is said at the field and in a summary that leads there", async () => {
  const served = serve({ [SUMMARY]: summary });
  await renderPage(<InstanceForm instance={null} project={undefined} onClose={() => {}} />);
  await field("Replicas").fill("0");
  await userEvent.tab();
  await expect.element(field("Replicas")).toHaveAccessibleDescription("Replicas must be 1–100 (got 0)");
  await page.getByRole("button", { name: "Create instance" }).click();
  await page.getByRole("button", { name: "Cluster is needed" }).click();
  await expect.element(page.getByRole("combobox", { name: "Cluster" })).toHaveFocus();
  expect(served.of(POST)).toEqual([]);
});

test("what was typed is there again after a reload, as a draft that can be discarded", async () => {
  serve({ [SUMMARY]: summary });
  const first = await renderPage(<InstanceForm instance={null} project={undefined} onClose={() => {}} />);
  await field("Name").fill("chat-9");
  await first.screen.unmount();
  await renderPage(<InstanceForm instance={null} project={undefined} onClose={() => {}} />);
  await expect.element(field("Name")).toHaveValue("chat-9");
  await expect.element(page.getByText(/What you typed .* is here again/)).toBeVisible();
  await page.getByRole("button", { name: "Discard it" }).click();
  await expect.element(field("Name")).toHaveValue("");
  expect(readDraft("new")).toBeNull();
});

test("leaving with something unsent asks first; kept, it is a draft", async () => {
  serve({ [SUMMARY]: summary });
  const onClose = vi.fn();
  await renderPage(<InstanceForm instance={null} project={undefined} onClose={onClose} />);
  await field("Name").fill("chat-9");
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByText("What you typed is not saved.")).toBeVisible();
  expect(onClose).not.toHaveBeenCalled();
  const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving);
  expect(leaving.defaultPrevented).toBe(true);
  await page.getByRole("button", { name: "Close, keep the draft" }).click();
  expect(onClose).toHaveBeenCalledOnce();
  expect(readDraft("new")?.typed).toEqual({ name: "chat-9" });
});

test("what the server refuses stands at its field, and the form keeps all that was typed", async () => {
  const served = serve({
    [SUMMARY]: summary,
    [POST]: () =>
      failure(409, "RESOURCE_CONFLICT", "An instance named 'chat-9' already exists.", { field: "name" }),
  });
  await renderPage(<InstanceForm instance={null} project="vision" onClose={() => {}} />);
  await field("Name").fill("chat-9");
  await page.getByRole("textbox", { name: "Model", exact: true }).fill("llama-3-70b");
  await page.getByRole("combobox", { name: "Cluster" }).fill("gpu-cluster-0");
  await field("Image tag").fill("vllm:0.9");
  await page.getByRole("button", { name: "Create instance" }).click();
  await expect
    .element(field("Name"))
    .toHaveAccessibleDescription("An instance named 'chat-9' already exists.");
  await expect.element(field("Image tag")).toHaveValue("vllm:0.9");
  const [asked] = served.of(POST);
  expect(asked?.query.get("project")).toBe("vision");
  expect(asked?.body).toMatchObject({ name: "chat-9", replicas: 1, cp: 8, status: "active" });
});

test("only what was changed is sent, based on the version that was on screen", async () => {
  const served = serve({
    [SUMMARY]: summary,
    [PUT]: ({ body }) => ({ ...anInstance(), ...(body as object), version: 5 }),
  });
  const onSaved = vi.fn();
  await renderPage(
    <InstanceForm instance={anInstance()} project="default" onClose={() => {}} onSaved={onSaved} />,
  );
  await field("Replicas").fill("5");
  await page.getByRole("combobox", { name: "Priority" }).selectOptions("high");
  await page.getByRole("button", { name: "Save" }).click();
  await vi.waitFor(() => expect(onSaved).toHaveBeenCalledOnce());
  const [asked] = served.of(PUT);
  expect(asked?.body).toEqual({ replicas: 5, priority: "high" });
  expect(asked?.headers.get("if-match")).toBe('"4"');
  expect(readDraft("7")).toBeNull();
});
