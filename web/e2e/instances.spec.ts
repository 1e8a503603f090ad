import type { Page } from "@playwright/test";
import { type Instance, makeFleet, makeInstance, read } from "./support/fleet";
import { Studio } from "./support/studio";
import { badge, expect, test, visit } from "./support/test";

const cell = (page: Page, name: string, column: string) =>
  page.getByRole("row").filter({ hasText: name }).locator(`td[data-edit="${column}"]`);

const toasts = (page: Page) => page.getByRole("status", { name: "Notifications" });

/** Change a number in place. */
async function type(page: Page, name: string, column: string, text: string): Promise<void> {
  await cell(page, name, column).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Somebody else's page, which learns of nothing by itself. */
async function behind(page: Page, address: string): Promise<void> {
  await page.routeWebSocket(/\/ws/, () => {});
  await visit(page, address);
}

test("two people edit the same instance: different fields merge, the same field is decided", async ({
  browser,
  baseURL,
  api,
}, info) => {
  const name = `shared-${info.repeatEachIndex}-${Date.now()}`;
  const { id } = await makeInstance(api, name);
  const address = `${baseURL}/instances?filter=${name}`;
  const ours = await (await browser.newContext()).newPage();
  const theirs = await (await browser.newContext()).newPage();
  await behind(ours, address);
  await visit(theirs, address);

  await type(theirs, name, "tp", "8");
  await expect(toasts(theirs)).toContainText("tensor parallelism 8");
  await type(ours, name, "replicas", "5");
  await expect(toasts(ours)).toContainText("also changed by local: tensor parallelism");
  expect(await read(api, id)).toMatchObject({ replicas: 5, tp: 8, version: 3 });
  // The other page follows without being asked.
  await expect(cell(theirs, name, "replicas")).toHaveText("5");

  await type(theirs, name, "replicas", "7");
  await expect(cell(ours, name, "replicas")).toHaveText("5");
  await expect(toasts(theirs)).toContainText(`${name}: replicas 7`);
  await type(ours, name, "replicas", "9");
  const dialog = ours.getByRole("dialog", { name: `${name} was changed by somebody else` });
  await expect(dialog.getByRole("row", { name: /^Replicas/ })).toContainText("7");
  expect(await read(api, id)).toMatchObject({ replicas: 7 });
  await ours.keyboard.press("2");
  await dialog.getByRole("button", { name: "Save merged" }).click();
  await expect(cell(theirs, name, "replicas")).toHaveText("9");

  // Nobody's edit vanished: each one stands in the history.
  const { items } = await api.get<{ items: { changes: Record<string, { new: unknown }> }[] }>(
    `/api/instances/${id}/history`,
  );
  expect(items.flatMap(({ changes }) => changes.replicas?.new ?? [])).toEqual([9, 7, 5, 3]);
  await ours.context().close();
  await theirs.context().close();
});

test("a server that dies under an edit confirms it when it is back, or the edit is taken back with the reason", async ({
  page,
}) => {
  const studio = new Studio();
  try {
    await studio.start();
    const { id } = await makeInstance(studio.api, "survivor");
    await page.clock.install();
    await visit(page, `${studio.url}/instances`);
    await expect(badge(page)).toHaveText("Live");
    await expect(cell(page, "survivor", "replicas")).toHaveText("3");
    await studio.kill();
    await type(page, "survivor", "replicas", "12");
    await expect(cell(page, "survivor", "replicas")).toHaveAttribute("data-pending", "true");
    // However long the start takes here, it is within the minute for which the page tries.
    await page.clock.pauseAt(Date.now() + 1000);
    await studio.start();
    await page.clock.resume();
    await expect(toasts(page)).toContainText("survivor: replicas 12");
    expect(await read(studio.api, id)).toMatchObject({ replicas: 12, version: 2 });

    await studio.kill();
    await type(page, "survivor", "replicas", "20");
    // Nobody answers for a minute, which the page's clock makes short.
    await expect(async () => {
      await page.clock.fastForward(5000);
      await expect(toasts(page)).toContainText("survivor was not changed", { timeout: 200 });
    }).toPass();
    await expect(toasts(page)).toContainText("the server could not be reached");
    // Nothing can be edited while the page is offline; what it shows is what was saved last.
    const row = page.getByRole("row").filter({ hasText: "survivor" });
    await expect(row.getByRole("cell", { name: "12", exact: true })).toBeVisible();
    await studio.start();
    await toasts(page).getByRole("button", { name: "Retry" }).click();
    await expect(toasts(page)).toContainText("survivor: replicas 20");
    expect(await read(studio.api, id)).toMatchObject({ replicas: 20, version: 3 });
  } finally {
    await studio.stop();
  }
});

test("by keys alone: create, edit, read the history, compare, restore, undo", async ({ page, api }, info) => {
  const name = `keys-${info.repeatEachIndex}-${Date.now()}`;
  await visit(page, "/experiments");
  await page.keyboard.type("gi");
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();
  await page.keyboard.press("c");
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
  for (const text of [name, "llama-3-70b", "v7", "gpu-cluster-1", "vllm:0.9.2"]) {
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await expect(toasts(page)).toContainText(`${name} was created`);

  await page.keyboard.press("f");
  await page.keyboard.type(name);
  await expect(page.getByRole("table", { name: "Instances" }).getByRole("row")).toHaveCount(2);
  await page.keyboard.press("Tab");
  await page.keyboard.press("j");
  // The status, the cluster, the image tag, then the replicas.
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.type("6");
  await page.keyboard.press("Enter");
  await expect(toasts(page)).toContainText(`${name}: replicas 6`);

  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await page.keyboard.press("2");
  const history = page.getByRole("table", { name: "History" });
  await expect(history.getByRole("row").nth(1)).toContainText("replicas1→6");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("table", { name: "Differences" }).getByRole("row", { name: /^Replicas/ }),
  ).toHaveText("Replicas16");
  await page.goBack();
  await expect(history).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press(".");
  // Keys are the row's until the menu has the focus.
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: /^Restore/ })).toBeFocused();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Restore version 1 by local?" });
  await expect(dialog.getByRole("button", { name: "Restore" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(toasts(page)).toContainText(`${name} was restored`);
  const [restored] = await api.get<Instance[]>(`/api/instances?name=${name}`);
  expect(restored).toMatchObject({ replicas: 1, version: 3 });
  await page.keyboard.press("z");
  await expect(toasts(page)).toContainText(`${name}: undone`);
  expect(await read(api, restored?.id ?? 0)).toMatchObject({ replicas: 6, version: 4 });
});

test("many are deleted at once, and come back by one key; their history can be read meanwhile", async ({
  page,
  api,
}, info) => {
  const beginning = `bulk-${info.repeatEachIndex}-${Date.now()}`;
  const made = await makeFleet(api, beginning, 150);
  await visit(page, `/instances?filter=${beginning}`);
  const grid = page.getByRole("grid", { name: "Instances" });
  await expect(grid).toHaveAttribute("aria-rowcount", "151");
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  await page.getByRole("button", { name: "Select all 150" }).click();
  await expect(page.getByText("150 selected")).toBeVisible();
  await page.getByRole("button", { name: "Delete…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 150 instances?" });
  await expect(dialog).toContainText("75 of them are active now");
  await dialog.getByRole("button", { name: "Delete 150 instances" }).click();
  await expect(page.getByRole("heading", { name: "No instances match" })).toBeVisible();

  const history = await api.get<{ items: { operation_type: string }[] }>(
    `/api/instances/${made[0]?.id}/history`,
  );
  expect(history.items.map(({ operation_type }) => operation_type)).toEqual(["delete", "create"]);
  await page.keyboard.press("z");
  await expect(grid).toHaveAttribute("aria-rowcount", "151");
  await expect(toasts(page)).toContainText("150 instances: undone");
  expect(await read(api, made[149]?.id ?? 0)).toMatchObject({ name: made[149]?.name, version: 3 });
});

test("a file goes out and comes in again: a dry run first, then what it says", async ({
  page,
  api,
}, info) => {
  const beginning = `file-${info.repeatEachIndex}-${Date.now()}`;
  const [first] = await makeFleet(api, beginning, 3);
  await visit(page, `/instances?filter=${beginning}`);
  await expect(page.getByText(`${beginning}-002`)).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
  const file = await (await downloading).createReadStream();
  let text = "";
  for await (const part of file) text += part;
  expect(text.trim().split("\r\n")).toHaveLength(4);

  const changed = text.replace(/(file-[^,]*-000.*?,vllm:0\.9\.2),1,/, "$1,17,");
  expect(changed).not.toBe(text);
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import instances" });
  await dialog
    .locator("input[type=file]")
    .setInputFiles({ name: "fleet.csv", mimeType: "text/csv", buffer: Buffer.from(changed) });
  await expect(dialog.getByText("1 would be changed")).toBeVisible();
  await expect(dialog.getByText("2 are as they are")).toBeVisible();
  expect(await read(api, first?.id ?? 0)).toMatchObject({ replicas: 1 });
  await dialog.getByRole("button", { name: "Import 1 row" }).click();
  await expect(toasts(page)).toContainText("fleet.csv: 0 created, 1 changed, 2 as before");
  await expect(cell(page, `${beginning}-000`, "replicas")).toHaveText("17");
});
