import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DEPLOYMENT, deploy, whenReady } from "./support/seed";
import { BIN } from "./support/studio";
import { expect, test, visit } from "./support/test";

const run = promisify(execFile);

interface Tensor {
  name: string;
  datatype: string;
  shape: number[];
}

test("a deployment's snippets work as they stand, and so does the form", async ({ page, api, seeded }) => {
  await visit(page, "/deployments");
  await page.getByRole("link", { name: DEPLOYMENT }).click();
  await expect(page).toHaveURL(`/deployments/${seeded.deployment}/overview`);
  await expect(page.getByText("1 ready of 1")).toBeVisible();
  await page.getByRole("tab", { name: "Endpoints" }).click();

  const snippet = (label: string) => page.getByRole("figure").filter({ hasText: label }).locator("pre");
  const curl = await run("bash", ["-c", `${await snippet("curl").first().innerText()} --silent`]);
  expect(JSON.parse(curl.stdout).outputs[0].data).toEqual([1]);
  const python = await run(`${BIN}/python`, ["-c", await snippet("Python").innerText()]);
  expect(python.stdout).toContain("'data': [1.0]");

  // What the form begins with is what the served model says of itself, one row of it.
  const served = await api.get<{ inputs: Tensor[] }>(`/serve/default/${DEPLOYMENT}/v2/models/${DEPLOYMENT}`);
  const example: { inputs: Tensor[] } = JSON.parse(await page.getByLabel("Request").inputValue());
  expect(example.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }))).toEqual(
    served.inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map((size) => Math.max(1, size)),
    })),
  );
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText(/"data": \[\s*1\s*\]/)).toBeVisible();
  await page
    .getByLabel("Request")
    .fill('{"inputs": [{"name": "input-0", "shape": [1, 2], "datatype": "FP64", "data": [20, 22]}]}');
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText(/"data": \[\s*42/)).toBeVisible();
  await page.getByLabel("Request").fill('{"inputs": []}');
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText(/input/i).last()).toBeVisible();

  await page.getByRole("tab", { name: "Replicas" }).click();
  const replica = page.getByRole("table", { name: "Replicas" }).getByRole("row").nth(1);
  await expect(replica).toContainText("Ready");
  await expect(replica.getByRole("cell").nth(3)).toHaveText("0");
});

test("to stop asks first and keeps the reason; what has stopped can be deleted by its name", async ({
  page,
  api,
}) => {
  const id = await deploy(api, "short-lived", "adder", 1);
  await whenReady(api, id);
  await visit(page, `/deployments/${id}/overview`);
  await page.getByRole("button", { name: "Stop" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop short-lived?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Stop" }).click();
  await dialog.getByLabel(/^Reason/).fill("Zu teuer – für heute");
  await dialog.getByRole("button", { name: "Stop serving" }).click();
  await expect(page.getByText("short-lived is stopping")).toBeVisible();

  const remove = page.getByRole("button", { name: "Delete" });
  await expect(remove).toBeVisible();
  const { items } = await api.get<{ items: { kind: string; reason: string | null }[] }>(
    `/api/events?entity=deployment:${id}`,
  );
  expect(items.map(({ reason }) => reason)).toContain("Zu teuer – für heute");

  await remove.click();
  const confirm = page.getByRole("dialog", { name: "Delete short-lived?" });
  await expect(confirm.getByRole("button", { name: "Delete" })).toBeDisabled();
  await confirm.getByLabel(/^Type/).fill("short-lived");
  await confirm.getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/deployments");
  await expect(page.getByRole("table", { name: "Deployments" })).not.toContainText("short-lived");
});

test("a write based on what somebody else has changed is not made silently", async ({ page, api }) => {
  const id = await deploy(api, "contested", "adder", 1);
  await whenReady(api, id);
  // The page does not hear of the change: what it shows is old when it writes.
  await page.routeWebSocket("**/ws", () => {});
  await visit(page, `/deployments/${id}/overview`);
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await api.post(`/api/deployments/${id}/stop`);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop serving" }).click();
  await expect(page.getByText("contested was not stopped")).toBeVisible();
});
