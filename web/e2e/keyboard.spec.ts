import { RUN } from "./support/seed";
import { expect, test, visit } from "./support/test";

test("by keys alone: open an experiment, a run and its log, find an error line", async ({ page }) => {
  await visit(page, "/deployments");
  await page.keyboard.type("ge");
  await expect(page.getByRole("heading", { level: 1, name: "Experiments" })).toBeVisible();
  await page.keyboard.press("f");
  await page.keyboard.type("mix-abl");
  await expect(page.getByRole("table", { name: "Experiments" }).getByRole("row")).toHaveCount(2);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { level: 1, name: "mix-ablation" })).toBeVisible();
  await expect(page.getByRole("link", { name: RUN })).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.locator("tr:focus")).toContainText(RUN);
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { level: 1, name: RUN })).toBeVisible();
  await page.keyboard.press("3");
  await expect(page.getByRole("tab", { name: /^Logs/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("grid", { name: "Log lines" })).toBeVisible();
  await page.keyboard.press("f");
  await page.keyboard.type("lost its shard");
  await expect(page.getByText("20 matches")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Line 100" })).toContainText(
    "worker 1 lost its shard",
  );
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 of 20")).toBeVisible();
  await expect(page).toHaveURL(/q=lost\+its\+shard#L200$/);
});

test("the search opens by key, finds a run by the beginning of its id, and goes there", async ({
  page,
  seeded,
}) => {
  await visit(page, "/experiments");
  await page.keyboard.press("/");
  const box = page.getByRole("combobox", { name: "Search" });
  await expect(box).toBeFocused();
  await page.keyboard.type(seeded.run.slice(0, 8));
  await expect(page.getByRole("option", { name: new RegExp(RUN) })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/runs/${seeded.run}/overview`);
});

test("the list of keys holds this page's, and focus returns to where it was", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs`);
  await expect(page.getByRole("grid", { name: "Log lines" })).toBeVisible();
  const opener = page.getByRole("button", { name: "Keyboard shortcuts" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog.getByText("Search the log")).toBeVisible();
  await page.keyboard.type("follow");
  await expect(dialog.getByText("Go to the end and follow")).toBeVisible();
  await expect(dialog.getByText("Search the log")).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test("single keys can be switched off, those with Ctrl stay", async ({ page }) => {
  await visit(page, "/experiments");
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: /Single keys/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+D");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Search" })).toBeVisible();
});
