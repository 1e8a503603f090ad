import { RUN } from "./support/seed";
import { expect, test, visit } from "./support/test";

test.describe("an address shows the same view to everybody", () => {
  test("runs: filter, order and columns", async ({ page, seeded }) => {
    const view =
      "filter=params.batch+%3D+%27512%27&sort=metrics.train/loss&order=asc&columns=status,params.lr,metrics.train/loss";
    await visit(page, `/experiments/${seeded.experiment}?${view}`);
    const table = page.getByRole("table", { name: /^Runs of/ });
    await expect(table.getByRole("columnheader")).toHaveText(["", "Run", "Status", "lr", /^train\/loss/]);
    await expect(table.getByRole("row")).toHaveCount(5);
    await expect(table.getByRole("columnheader", { name: "train/loss" })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );
    await expect(page.getByRole("combobox", { name: "Filter runs" })).toHaveValue("params.batch = '512'");
    expect(new URL(page.url()).search).toBe(`?${view}`);
  });

  test("metrics: axis, range, search and smoothing", async ({ page, seeded }) => {
    await visit(page, `/runs/${seeded.run}/metrics?q=train&x=relative&smooth=0.4&from=100&to=300`);
    await expect(page.getByRole("radio", { name: "Relative" })).toBeChecked();
    const chart = page.getByRole("figure", { name: "train/loss" });
    await expect(chart.getByRole("img", { name: /from T\+1 m 40 s to T\+5 m 00 s/ })).toBeVisible();
    await expect(page.getByRole("figure")).toHaveCount(1);
    await expect(page.getByRole("slider", { name: "Smoothing" })).toHaveValue("0.4");
    await chart.getByRole("button", { name: "Show the whole range" }).click();
    await expect(page).toHaveURL(/\?q=train&x=relative&smooth=0\.4$/);
    await page.getByRole("button", { name: "View train/loss as table" }).click();
    await expect(chart.getByRole("row")).toHaveCount(51);
  });

  test("logs: search, levels and the line that is looked at", async ({ page, seeded }) => {
    await visit(page, `/runs/${seeded.run}/logs?q=shard&level=error,warn#L1500`);
    const details = page.getByRole("complementary", { name: "Line 1,500" });
    await expect(details).toContainText("worker 15 lost its shard");
    await expect(page.getByRole("button", { name: "Info" })).toHaveAttribute("aria-pressed", "false");
    await expect(page.getByText("15 of 20")).toBeVisible();
    await page.reload();
    await expect(details).toBeVisible();
    await page.getByRole("button", { name: "Next match" }).click();
    await expect(page).toHaveURL(/#L1600$/);
    await page.goBack();
    await page.goForward();
    await expect(page.getByRole("complementary", { name: "Line 1,600" })).toBeVisible();
  });

  test("a link keeps the project, and leaves the list's own filter behind", async ({ page, seeded }) => {
    await visit(page, "/experiments?filter=mix-abl&sort=name&order=asc&project=default");
    await page.getByRole("link", { name: "mix-ablation" }).click();
    await expect(page).toHaveURL(`/experiments/${seeded.experiment}?project=default`);
    await page.getByRole("link", { name: RUN }).click();
    await expect(page).toHaveURL(`/runs/${seeded.run}/overview?project=default`);
    await page.getByRole("tab", { name: /^Metrics/ }).click();
    await expect(page).toHaveURL(`/runs/${seeded.run}/metrics?project=default`);
    await page.keyboard.type("gp");
    await expect(page).toHaveURL("/deployments?project=default");
  });

  test("a run's address without a tab, and the way up", async ({ page, seeded }) => {
    await visit(page, `/runs/${seeded.run}`);
    await expect(page).toHaveURL(`/runs/${seeded.run}/overview`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(RUN);
    await page
      .getByRole("navigation", { name: "Breadcrumb" })
      .getByRole("link", { name: "mix-ablation" })
      .click();
    await expect(page).toHaveURL(`/experiments/${seeded.experiment}`);
  });
});

test("the theme is switched by key or button and kept", async ({ page }) => {
  await visit(page, "/experiments");
  const html = page.locator("html");
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.keyboard.press("Shift+D");
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "light");
  await page.reload();
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "light");
  await page.getByRole("button", { name: "Dark theme" }).click();
  await expect(html).toHaveAttribute("data-mantine-color-scheme", "dark");
});
