import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { makeExperiment } from "./support/seed";
import { BIN } from "./support/studio";
import { expect, test, visit } from "./support/test";

const run = promisify(execFile);
const TICKS =
  "import time\nfor n in range(10_000):\n    print('tick', n, flush=True)\n    time.sleep(0.05)\n";

test("a job's lines appear as it writes; it can be stopped and tried again", async ({ page, api }) => {
  const experiment = await makeExperiment(api, "jobs");
  const { id } = await api.post<{ id: string }>("/api/runs", {
    argv: ["python3", "-c", TICKS],
    experiment: "jobs",
    name: "ticker",
  });
  await visit(page, `/experiments/${experiment}`);
  await page.getByRole("link", { name: "ticker" }).click();
  await page.getByRole("tab", { name: /^Logs/ }).click();
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(grid.getByText(/^tick \d\d$/).last()).toBeVisible();
  await expect(page.getByRole("button", { name: "Following" })).toBeVisible();

  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop the run" }).click();
  await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
  await page.getByRole("tab", { name: "Overview" }).click();
  await expect(page.getByRole("heading", { name: /^Stopped/ })).toBeVisible();

  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("table").filter({ hasText: "Peak memory" }).getByRole("row")).toHaveCount(3);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop the run" }).click();
  await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
  expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test("a job that fails says why, with its own last words", async ({ page, api }) => {
  const { id } = await api.post<{ id: string }>("/api/runs", {
    argv: ["python3", "-c", "import no_such_module"],
    experiment: "jobs-that-fail",
    name: "broken",
  });
  await visit(page, `/runs/${id}/overview`);
  const verdict = page.getByRole("region", { name: "Why it failed" });
  await expect(verdict.getByRole("heading")).toContainText("No module named 'no_such_module'");
  await verdict.getByRole("link", { name: /^ModuleNotFoundError/ }).click();
  await expect(page).toHaveURL(/logs#L\d+$/);
});

test("the command that an empty experiment offers starts a run that appears by itself", async ({
  page,
  api,
}) => {
  const id = await makeExperiment(api, "it's empty");
  await visit(page, `/experiments/${id}`);
  const offered = page.getByRole("figure").filter({ hasText: "started and watched by the Studio" });
  const command = await offered.locator("pre").innerText();
  const folder = test.info().outputPath("program");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "train.py"), "print('trained')\n");
  await run("bash", ["-c", command], {
    cwd: folder,
    env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
  });
  await expect(page.getByRole("table", { name: /^Runs of/ }).getByText("Succeeded")).toBeVisible();
});
