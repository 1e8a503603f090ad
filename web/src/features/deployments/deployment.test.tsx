import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { aDeployment } from "@/testing/things";
import { DeploymentLayout } from "./deployment-layout";
import { DeploymentEndpoints, DeploymentOverview } from "./tabs";

const ID = "dep_0123456789ab";
const ONE = "GET /api/deployments/{id}";
const STOP = "POST /api/deployments/{id}/stop";
const layout = (
  <DeploymentLayout id={ID} tab="overview">
    <DeploymentOverview id={ID} />
  </DeploymentLayout>
);

test("to stop sends the version that was seen, a key, and the reason", async () => {
  let deployment = aDeployment();
  const served = serve({
    [ONE]: () => deployment,
    [STOP]: () => {
      deployment = aDeployment({ state: "stopping", version: 5 });
      return deployment;
    },
  });
  await renderPage(layout);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("textbox", { name: /^Reason/ }).fill("zu teuer – heute");
  await page.getByRole("button", { name: "Stop serving" }).click();
  await expect.element(page.getByRole("button", { name: "Stopping…" })).toBeDisabled();
  const [asked] = served.of(STOP);
  expect(asked?.headers.get("if-match")).toBe('"4"');
  expect(asked?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
  expect(decodeURIComponent(asked?.headers.get("x-studio-reason") ?? "")).toBe("zu teuer – heute");
});

const stale = (changes: object) =>
  failure(412, "PRECONDITION_FAILED", "It was changed.", {
    expected_version: 4,
    current_version: 6,
    current: aDeployment({ version: 6 }),
    changes_since: [{ seq: 9, at: "2026-11-20T12:00:00Z", actor: "user:mina", changes }],
  });

test("a change that does not concern the end does not stand in its way", async () => {
  const served = serve({
    [ONE]: () => aDeployment(),
    [STOP]: ({ headers }) =>
      headers.get("if-match") === '"6"'
        ? aDeployment({ state: "stopping", version: 7 })
        : stale({ state: { old: "ready", new: "degraded" } }),
  });
  await renderPage(layout);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop serving" }).click();
  await expect.element(page.getByText("adder is stopping")).toBeVisible();
  expect(served.of(STOP).map(({ headers }) => headers.get("if-match"))).toEqual(['"4"', '"6"']);
});

test("a change of what is served does, and is told", async () => {
  serve({ [ONE]: () => aDeployment(), [STOP]: () => stale({ model_version: { old: 1, new: 2 } }) });
  await renderPage(layout);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop serving" }).click();
  await expect.element(page.getByText("adder was not stopped")).toBeVisible();
  await expect.element(page.getByText(/changed meanwhile/)).toBeVisible();
});

test("production asks for the name, and focus returns to the button", async () => {
  const served = serve({ [ONE]: () => aDeployment({ environment: "production" }) });
  await renderPage(layout);
  await page.getByRole("button", { name: "Stop" }).click();
  const confirm = page.getByRole("button", { name: "Stop serving" });
  await expect.element(confirm).toBeDisabled();
  await userEvent.keyboard("adder");
  await expect.element(confirm).toBeEnabled();
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("button", { name: "Stop" })).toHaveFocus();
  expect(served.of(STOP)).toEqual([]);
});

test("trouble says its reason", async () => {
  serve({ [ONE]: () => aDeployment({ state: "failed", reason: "the model needs torch" }) });
  await renderPage(<DeploymentOverview id={ID} />);
  await expect.element(page.getByText("Failed: the model needs torch")).toBeVisible();
});

test("examples wait for a replica, and are made from what the model takes", async () => {
  let ready = 0;
  serve({
    [ONE]: () => aDeployment({ replicas: { desired: 1, ready } }),
    "GET /api/auth/methods": () => ({ mode: "single_user", banner: null }),
    "GET /api/deployments/{id}/endpoints": () =>
      pageOf([
        {
          id: "end_0",
          project: "default",
          deployment_id: ID,
          protocol: "v2",
          path: "/v2/models/adder/infer",
          url: "http://studio/serve/default/adder/v2/models/adder/infer",
          method: "POST",
          authentication: "token",
          created_at: "2026-11-20T12:00:00Z",
          version: 1,
        },
      ]),
    "GET /serve/default/adder/v2/models/adder": () => ({
      name: "adder",
      inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
      outputs: [{ name: "y", datatype: "FP32", shape: [-1] }],
    }),
    "POST /serve/default/adder/v2/models/adder/infer": ({ body }) =>
      JSON.stringify(body).includes("bad")
        ? Response.json({ error: "x must be numbers" }, { status: 400 })
        : { outputs: [{ name: "y", data: [1] }] },
  });
  const { client } = await renderPage(<DeploymentEndpoints id={ID} />);
  await expect.element(page.getByText(/once a replica is ready/)).toBeVisible();
  ready = 1;
  await client.invalidateQueries();
  await expect.element(page.getByText(/"data":\[0.5,0.5\]/).first()).toBeVisible();
  await page.getByRole("button", { name: "Send" }).click();
  await expect.element(page.getByText(/Answered in/)).toBeVisible();
  await page.getByRole("textbox", { name: "Request" }).fill('{"inputs": "bad"}');
  await page.getByRole("button", { name: "Send" }).click();
  await expect.element(page.getByText("x must be numbers")).toBeVisible();
});

test("what is not there is named", async () => {
  serve({ [ONE]: () => failure(404, "RESOURCE_NOT_FOUND", "There is no deployment dep_x.") });
  await renderPage(layout);
  await expect.element(page.getByRole("heading", { name: "The deployment was not found" })).toBeVisible();
  await vi.waitFor(() => expect(document.querySelectorAll('[role="alert"]')).toHaveLength(1));
});
