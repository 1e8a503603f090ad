import { expect, test, visit } from "./support/test";

test("a run that does not exist is named, with the way to ask for help", async ({ page }) => {
  await visit(page, `/runs/${"0".repeat(32)}/overview`);
  await expect(page.getByRole("heading", { name: "The run was not found" })).toBeVisible();
  await page.getByText("Details").click();
  await expect(page.getByText("RESOURCE_NOT_FOUND")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy request id" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Pages", exact: true })).toBeVisible();
});

test("an address that names no page says so", async ({ page }) => {
  await visit(page, "/nowhere");
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
});

test("only the part that failed fails, and Retry brings it back", async ({ page, seeded }) => {
  const failure = {
    error: {
      type: "SERVICE_UNAVAILABLE",
      message: "The telemetry is being moved.",
      details: {},
      request_id: "abc123",
    },
  };
  const names = "**/metrics/names*";
  await page.route(names, (route) => route.fulfill({ status: 503, json: failure }));
  await visit(page, `/runs/${seeded.run}/overview`);
  const panel = page.getByRole("region", { name: "Metrics" });
  await expect(panel.getByRole("alert")).toContainText("The telemetry is being moved.");
  await expect(page.getByRole("region", { name: "Params" })).toContainText("3e-4");
  await page.unroute(names);
  await panel.getByRole("button", { name: "Retry" }).click();
  await expect(panel.getByRole("row", { name: /train\/loss/ })).toBeVisible();
});

test("a slow answer shows the layout to come, and old rows stay while a filter loads", async ({ page }) => {
  const gate = () => {
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, opened };
  };
  const first = gate();
  const filtered = gate();
  await page.route(/\/api\/experiments\?/, async (route) => {
    await (route.request().url().includes("q=") ? filtered : first).opened;
    await route.continue();
  });
  await visit(page, "/experiments");
  await expect(page.getByRole("status", { name: "Loading" })).toBeVisible();
  first.open();
  const table = page.getByRole("table", { name: "Experiments" });
  await expect(table).toBeVisible();
  await page.getByRole("combobox", { name: "Filter experiments" }).fill("nothing-like-this");
  await expect(table).toHaveAttribute("aria-busy", "true");
  await expect(table.getByRole("link").first()).toBeVisible();
  filtered.open();
  await expect(page.getByRole("heading", { name: "No experiments match" })).toBeVisible();
});

test("a filter that is not understood says why, at the field", async ({ page, seeded }) => {
  await visit(page, `/experiments/${seeded.experiment}?filter=metrics.acc+%3E`);
  await expect(page.getByRole("combobox", { name: "Filter runs" })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert")).toBeVisible();
});

test("an empty experiment tells how to begin", async ({ page, api }) => {
  const { id } = await api.post<{ id: string }>("/api/experiments", {
    name: `untouched ${test.info().repeatEachIndex}`,
  });
  await visit(page, `/experiments/${id}`);
  await expect(page.getByRole("heading", { name: "No runs yet" })).toBeVisible();
  await expect(page.getByText(`mlflow.set_tracking_uri("${api.url}")`)).toBeVisible();
});

test("a failed run says why, with the lines that show it", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.failedRun}/overview`);
  const verdict = page.getByRole("region", { name: "Why it failed" });
  await expect(verdict.getByRole("link", { name: "worker 2 lost its shard" })).toBeVisible();
  await verdict.getByRole("link", { name: "worker 1 lost its shard" }).click();
  await expect(page).toHaveURL(/logs#L100$/);
  await expect(page.getByRole("complementary", { name: "Line 100" })).toBeVisible();
});
