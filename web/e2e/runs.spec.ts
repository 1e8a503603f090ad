import { makeEndedRun, makeExperiment, makeRun, registerModel } from "./support/seed";
import { expect, test, visit } from "./support/test";

const SLEEPS = ["python3", "-c", "import time\nwhile True: time.sleep(0.1)"];

test("runs of all experiments get columns, an order, and a view that keeps them", async ({ page, api }) => {
  for (const [name, depth] of [
    ["shallow", "2"],
    ["deep", "9"],
  ] as const)
    await makeEndedRun(api, await makeExperiment(api, `trees-${name}`), { name, params: { depth } });
  await visit(page, "/runs?filter=params.depth+is+not+null");
  await expect(page.getByText("2 runs", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("searchbox", { name: "Find a column" }).fill("dept");
  await page.getByRole("checkbox", { name: "depth" }).check();
  await page.keyboard.press("Escape");
  const table = page.getByRole("table", { name: "Runs" });
  await table.getByRole("button", { name: "depth" }).click();
  const rows = table.locator("tbody tr");
  await expect(rows.first()).toContainText(/deep.*trees-deep.*9/);
  await expect(rows.last()).toContainText(/shallow.*trees-shallow.*2/);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save as a new view…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("by depth");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "by depth" })).toBeVisible();
  await visit(page, "/runs");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "by depth", exact: true }).click();
  await expect(rows.first()).toContainText(/deep.*trees-deep.*9/);

  await table.getByRole("checkbox", { name: "Select shallow" }).check();
  await table.getByRole("checkbox", { name: "Select deep" }).check();
  await expect(
    page.getByRole("region", { name: "Compare runs" }).getByRole("row", { name: /depth/ }),
  ).toContainText("9");
  await page.getByRole("button", { name: "Archive…" }).click();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No runs match" })).toBeVisible();
  await page.getByRole("button", { name: "Archived" }).click();
  await expect(rows).toHaveCount(2);
  await table.getByRole("checkbox", { name: "Select deep" }).check();
  await page.getByRole("button", { name: "Restore…" }).click();
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "Archived" }).click();
  await expect(rows.first()).toContainText("deep");
});

test("selected runs are stopped where a job drives them, and the others stay selected", async ({
  page,
  api,
}) => {
  for (const name of ["sleeper-1", "sleeper-2"])
    await api.post("/api/runs", { argv: SLEEPS, experiment: "sleepers", name });
  const { items } = await api.get<{ items: { id: string }[] }>("/api/experiments?q=sleepers&limit=1");
  const experiment = items[0]?.id as string;
  await makeRun(api, experiment, { name: "on-a-laptop" });
  await visit(page, `/experiments/${experiment}`);
  const table = page.getByRole("table", { name: "Runs of sleepers" });
  await expect(table.getByText("Running")).toHaveCount(3);
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).check();
  await page.getByRole("button", { name: "Stop…" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop 2 runs?" });
  await expect(dialog.getByRole("listitem")).toContainText("on-a-laptop No job of the Studio drives it");
  await dialog.getByRole("button", { name: "Stop 2 runs" }).click();
  await expect(table.getByText("Canceled")).toHaveCount(2);
  await expect(page.getByText("1 selected")).toBeVisible();
  await expect(table.getByRole("checkbox", { name: "Select on-a-laptop" })).toBeChecked();
});

test("a run is cloned from its header, and compared with the clone", async ({ page, api }) => {
  const { id } = await api.post<{ id: string }>("/api/runs", {
    argv: ["python3", "-c", "print('trained')"],
    experiment: "clones",
    name: "original",
  });
  await visit(page, `/runs/${id}/overview`);
  await page.getByRole("button", { name: "Clone…" }).click();
  const dialog = page.getByRole("dialog", { name: "Clone original" });
  await expect(dialog).toContainText("print('trained')");
  await dialog.getByRole("textbox", { name: "Name of the new run" }).fill("copy");
  await dialog.getByRole("button", { name: "Start the clone" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "copy" })).toBeVisible();
  await expect(page.getByText("Succeeded").first()).toBeVisible();
  await page.getByRole("link", { name: "Compare…" }).click();
  await expect(page.getByRole("list", { name: "Runs" })).toContainText("copy");
  await page.getByRole("button", { name: "Add another run" }).click();
  await page.getByRole("searchbox", { name: "Find a run" }).fill("original");
  await page.getByRole("button", { name: "original", exact: true }).click();
  await expect(page.getByRole("list", { name: "Runs" })).toContainText(/copy.*original/);
  await expect(page.getByRole("heading", { name: "Two runs are needed" })).toHaveCount(0);

  await page.getByRole("tab", { name: "Curves" }).click();
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save as a new view…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("original and copy");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "original and copy" })).toBeVisible();
  await visit(page, "/compare");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "original and copy", exact: true }).click();
  await expect(page.getByRole("list", { name: "Runs" })).toContainText(/copy.*original/);
  await expect(page.getByRole("tab", { name: "Curves" })).toHaveAttribute("aria-selected", "true");
});

test("what a run left behind is registered from its header, and the version opened", async ({
  page,
  api,
  seeded,
}) => {
  await registerModel(api, seeded.experiment, "pressed");
  await visit(page, "/runs?filter=name+%3D+'pressed-maker'");
  await page.getByRole("link", { name: "pressed-maker" }).click();
  await page.getByRole("button", { name: "Register…" }).click();
  const dialog = page.getByRole("dialog", { name: "Register a model of pressed-maker" });
  await expect(dialog.getByRole("radio", { name: /^model\// })).toBeChecked();
  await dialog.getByRole("combobox", { name: "Model" }).fill("pressed");
  await expect(dialog.getByText("It becomes version 2.")).toBeVisible();
  await dialog.getByRole("combobox", { name: "Model" }).fill("pressed-again");
  await expect(dialog.getByText("A new model: it becomes version 1.")).toBeVisible();
  await dialog.getByRole("textbox", { name: /^Notes/ }).fill("From the header");
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await dialog.getByRole("link", { name: "pressed-again v1" }).click();
  await expect(page).toHaveURL(/\/registry\/mdl_\w+\/v\/1/);
  await expect(page.getByText("From the header")).toBeVisible();
  await expect(page.getByRole("link", { name: "pressed-maker" }).first()).toBeVisible();
});
