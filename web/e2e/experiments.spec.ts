import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BIN, Studio } from "./support/studio";
import { expect, test, visit } from "./support/test";

const RUNS = 10_000;
const RATES = ["0.1", "0.01", "0.001"];
/** What `many_runs.py` made, to compare with. */
const made = Array.from({ length: RUNS }, (_, number) => ({
  name: `sweep-${String(number).padStart(5, "0")}`,
  lr: RATES[number % 3],
  accuracy: ((number * 7919) % RUNS) / RUNS,
}));

test.describe("ten thousand runs", () => {
  const studio = new Studio();
  let experiment: string;
  test.beforeAll(async () => {
    const script = fileURLToPath(new URL("many_runs.py", import.meta.url));
    execFileSync(path.join(BIN, "python"), [script, studio.folder]);
    await studio.start();
    const { items } = await studio.api.get<{ items: { id: string }[] }>("/api/experiments?limit=1");
    experiment = items[0]?.id as string;
  });
  test.afterAll(() => studio.stop());

  test("are filtered, sorted, given columns, and two of them compared", async ({ page }) => {
    await visit(page, `${studio.url}/experiments/${experiment}`);
    await expect(page.getByText("10,000 runs")).toBeVisible();

    const wanted = made.filter(({ lr, accuracy }) => lr === "0.01" && accuracy > 0.9);
    wanted.sort((a, b) => b.accuracy - a.accuracy);
    const field = page.getByRole("combobox", { name: "Filter runs" });
    await field.fill("metrics.val/accuracy > 0.9 and params.lr = '0.01'");
    await field.press("Enter");
    await expect(page.getByText(`${wanted.length} runs`)).toBeVisible();
    const table = page.getByRole("grid", { name: "Runs of ten thousand" });
    await table.getByRole("button", { name: "val/accuracy" }).click();
    await expect(table.locator("tbody tr[data-index='0']")).toContainText(wanted[0]?.name as string);
    await expect(table.locator("tbody tr[data-index='1']")).toContainText(wanted[1]?.name as string);

    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("searchbox", { name: "Find a column" }).fill("TEA");
    await page.getByRole("checkbox", { name: "team" }).check();
    await page.getByRole("button", { name: "Keep team in view" }).click();
    await page.keyboard.press("Escape");
    await expect(table.getByRole("columnheader", { name: "team" })).toBeVisible();

    for (const { name } of wanted.slice(0, 2))
      await table.getByRole("checkbox", { name: `Select ${name}` }).check();
    const panel = page.getByRole("region", { name: "Compare runs" });
    await expect(panel.getByLabel("Config diff")).toContainText(wanted[0]?.name as string);
    await expect(panel.getByRole("row", { name: /seed/ })).toBeVisible();
    await page.reload();
    await expect(panel.getByRole("row", { name: /seed/ })).toBeVisible();
    await panel.getByRole("link", { name: /Curves/ }).click();
    await expect(page).toHaveURL(/\/compare\?runs=/);
    const summary = page.getByRole("table", { name: "Metrics of the runs" });
    await expect(summary.getByRole("row", { name: /val\/accuracy/ })).toContainText("best");
    await page.getByRole("tab", { name: "Curves" }).click();
    await expect(page.getByRole("figure", { name: "val/loss" }).locator("canvas")).toBeVisible();
  });

  test("are put together by a param, and the runs of a group found by its filter", async ({ page }) => {
    await visit(page, `${studio.url}/experiments/${experiment}`);
    await page.getByRole("button", { name: "Group" }).click();
    await page.getByRole("button", { name: "params.lr" }).click();
    const groups = page.getByRole("table", { name: "Groups of runs of ten thousand" });
    await expect(groups.getByRole("row")).toHaveCount(RATES.length + 1);
    await expect(groups.getByRole("row", { name: /^0\.1 3,334/ })).toContainText("±");
    await groups.getByRole("button", { name: "0.001" }).click();
    await expect(page.getByText("3,333 runs")).toBeVisible();
    await expect(page.getByRole("combobox", { name: "Filter runs" })).toHaveValue("params.lr = '0.001'");
    await page.goBack();
    await expect(groups.getByRole("row")).toHaveCount(RATES.length + 1);
  });

  test("are tagged and archived together, and what is shown is kept as a view", async ({ page }) => {
    await visit(
      page,
      `${studio.url}/experiments/${experiment}?filter=params.seed+in+('7','8','9')&columns=status,tags.kept`,
    );
    await expect(page.getByText("3 runs", { exact: true })).toBeVisible();
    await page.getByRole("checkbox", { name: "Select all loaded rows" }).check();
    await page.getByRole("button", { name: "Tag…" }).click();
    await page.getByRole("textbox", { name: "Key" }).fill("kept");
    await page.getByRole("textbox", { name: "Value" }).fill("yes");
    await page.getByRole("button", { name: "Tag", exact: true }).click();
    await expect(page.getByRole("cell", { name: "yes" })).toHaveCount(3);
    await page.getByRole("button", { name: "Archive…" }).click();
    await page.getByRole("button", { name: "Archive", exact: true }).click();
    await expect(page.getByRole("heading", { name: "No runs match" })).toBeVisible();
    await page.getByRole("button", { name: "Undo" }).last().click();
    await expect(page.getByText("3 runs", { exact: true })).toBeVisible();

    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Save as a new view…" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("three seeds");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("button", { name: "three seeds" })).toBeVisible();
    await page.getByRole("button", { name: "Clear filter runs" }).click();
    await expect(page.getByText("10,000 runs")).toBeVisible();
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "three seeds", exact: true }).click();
    await expect(page.getByText("3 runs", { exact: true })).toBeVisible();
  });
});
