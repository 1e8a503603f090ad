import type { Locator, Page } from "@playwright/test";
import { makeInstance, read } from "./support/fleet";
import { RUN } from "./support/seed";
import { expect, test, visit } from "./support/test";

/** The page itself never scrolls sideways. */
async function fits(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  expect(content).toBeLessThanOrEqual(window);
}

/** A finger that goes sideways over something. */
async function swipe(page: Page, over: Locator, distance: number): Promise<void> {
  const box = await over.boundingBox();
  if (!box) throw new Error("there is nothing to swipe over");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", moved: number) =>
    finger.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: x + moved, y }],
    });
  await touch("touchStart", 0);
  for (let step = 1; step <= 10; step += 1) await touch("touchMove", (distance * step) / 10);
  await touch("touchEnd", distance);
  await finger.detach();
}

/** A finger that stays on something for longer than a long press takes. */
async function hold(page: Page, over: Locator): Promise<void> {
  const box = await over.boundingBox();
  if (!box) throw new Error("there is nothing to hold");
  const finger = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await page.waitForTimeout(700); // what is tried: the length of the press
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await finger.detach();
}

test("by touch: from the experiments to a line of a log, and back to the list", async ({ page }) => {
  await visit(page, "/experiments");
  await fits(page);
  await page.getByRole("link", { name: "mix-ablation" }).tap();
  const row = page.getByRole("row").filter({ hasText: RUN });
  await expect(row).toContainText("Succeeded");
  await expect(row).toContainText("Duration");
  await fits(page);
  await page.getByRole("link", { name: RUN }).tap();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RUN);
  await fits(page);
  await page.getByRole("tab", { name: /^Logs/ }).tap();
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(grid.getByRole("row").first()).toContainText("step=1");
  await fits(page);
  await grid.getByRole("row").nth(2).tap();
  const sheet = page.getByRole("dialog", { name: "Log line" });
  await expect(sheet).toContainText("Line 3");
  await sheet.getByRole("button", { name: "Close panel" }).tap();
  await expect(sheet).toBeHidden();
  await page
    .getByRole("navigation", { name: "Pages, phone" })
    .getByRole("link", { name: "Deployments" })
    .tap();
  await expect(page.getByRole("heading", { level: 1, name: "Deployments" })).toBeVisible();
  await fits(page);
});

test("what is long is broken or cut, and stays on the screen", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.failedRun}/overview`);
  const width = page.viewportSize()?.width ?? 0;
  const verdict = page.getByRole("region", { name: "Why it failed" });
  const heading = await verdict.getByRole("heading").boundingBox();
  expect((heading?.x ?? 0) + (heading?.width ?? 0)).toBeLessThanOrEqual(width);
  const copy = await page.getByRole("button", { name: "Copy run id" }).last().boundingBox();
  expect((copy?.x ?? 0) + (copy?.width ?? 0)).toBeLessThanOrEqual(width);
});

test("no page moves sideways", async ({ page, seeded }) => {
  for (const address of ["/", "/timeline", `/runs/${seeded.run}/artifacts`, "/registry", "/instances"]) {
    await visit(page, address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await fits(page);
  }
});

test("charts, dialogs and targets have the size that fingers need", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/metrics`);
  await expect(page.getByRole("figure", { name: "train/loss" })).toBeVisible();
  await fits(page);
  await visit(page, `/deployments/${seeded.deployment}/overview`);
  const stop = page.getByRole("button", { name: "Stop" });
  expect((await stop.boundingBox())?.height).toBeGreaterThanOrEqual(40);
  await stop.tap();
  const dialog = page.getByRole("dialog", { name: "Stop adder?" });
  await expect.poll(async () => (await dialog.boundingBox())?.width).toBe(page.viewportSize()?.width);
  for (const link of await page.getByRole("navigation", { name: "Pages, phone" }).getByRole("link").all())
    expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44);
});

test("an instance is selected by a swipe to the right, its actions open by one to the left and by a button", async ({
  page,
  api,
}, info) => {
  const name = `swiped-${info.repeatEachIndex}-${Date.now()}`;
  const { id } = await makeInstance(api, name);
  await visit(page, `/instances?filter=${name}`);
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toBeVisible();
  await fits(page);
  await swipe(page, row, 150);
  await expect(row.getByRole("checkbox")).toBeChecked();
  await expect(page.getByText("1 selected")).toBeVisible();
  await swipe(page, row, -150);
  const menu = page.getByRole("menu");
  await menu.getByRole("menuitem", { name: "Set pending" }).tap();
  await expect(row).toContainText("pending");
  await expect.poll(() => read(api, id)).toMatchObject({ status: "pending" });
  // However soon after the swipe.
  for (const status of ["error", "inactive", "active", "pending", "error", "inactive"]) {
    await swipe(page, row, -150);
    await menu.getByRole("menuitem", { name: `Set ${status}`, exact: true }).tap();
    await expect(row).toContainText(status);
  }
  // A long press selects, but not one on the menu.
  await row.getByRole("button", { name: `Actions of ${name}` }).tap();
  await hold(page, menu.getByRole("menuitem", { name: "Set error" }));
  await expect(row).toContainText("error");
  await expect(page.getByText("1 selected")).toBeVisible();
  await row.getByRole("button", { name: `Actions of ${name}` }).tap();
  await menu.getByRole("menuitem", { name: /^Edit/ }).tap();
  const dialog = page.getByRole("dialog", { name: `Edit ${name}` });
  await expect.poll(async () => (await dialog.boundingBox())?.width).toBe(page.viewportSize()?.width);
});

test("by touch: all runs are found by a filter that is completed, and one is registered", async ({
  page,
}) => {
  await visit(page, "/experiments");
  await page.getByRole("link", { name: "All runs" }).tap();
  const field = page.getByRole("combobox", { name: "Filter runs" });
  await field.tap();
  await field.pressSequentially("na");
  await page.getByRole("option", { name: /^name/ }).tap();
  await page.getByRole("option", { name: "=", exact: true }).tap();
  await fits(page);
  await field.pressSequentially("'adder-maker'");
  await field.press("Enter");
  await expect(page.getByText("1 run", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "adder-maker" }).tap();
  await page.getByRole("button", { name: "Register…" }).tap();
  const dialog = page.getByRole("dialog", { name: "Register a model of adder-maker" });
  await dialog.getByRole("combobox", { name: "Model" }).fill("from-a-phone");
  await fits(page);
  await dialog.getByRole("button", { name: "Register", exact: true }).tap();
  await dialog.getByRole("link", { name: "from-a-phone v1" }).tap();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("from-a-phone");
  await fits(page);
});
