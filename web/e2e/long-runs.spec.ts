import type { Page } from "@playwright/test";
import { makeExperiment, makeRun } from "./support/seed";
import type { Client } from "./support/studio";
import { expect, test, visit } from "./support/test";

const POINTS = 1_000_000;
const LINES = 1_000_000;
const SPIKE = 654_321;
const BROKEN = 345_678;
const START = Date.now() - 3_600_000;

/** Send requests, a few at a time. */
async function sendAll(count: number, send: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: 4 }, sender));
}

async function makeLongSeries(api: Client): Promise<string> {
  const experiment = await makeExperiment(api, "a spike somewhere");
  const run = await makeRun(api, experiment, { name: "long", status: "running" });
  await sendAll(POINTS / 1000, (batch) =>
    api.post("/api/2.0/mlflow/runs/log-batch", {
      run_id: run,
      metrics: Array.from({ length: 1000 }, (_, index) => {
        const step = batch * 1000 + index;
        const value = step === SPIKE ? 42 : 1 + Math.sin(step / 20_000) / 4;
        return { key: "loss", value, step, timestamp: START + step };
      }),
    }),
  );
  return run;
}

async function makeLongLog(api: Client): Promise<string> {
  const experiment = await makeExperiment(api, "an error somewhere");
  const run = await makeRun(api, experiment, { name: "talkative", status: "running" });
  for (let first = 1; first <= LINES; first += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, index) => ({
      text:
        first + index === BROKEN
          ? "ERROR trainer: device 3 fell off the bus"
          : `INFO trainer: step ${first + index} done`,
    }));
    await api.post(`/api/runs/${run}/logs`, { first, lines });
  }
  return run;
}

/** Mark a part of the chart by dragging, and wait for the points of that part. */
async function zoom(page: Page, from: number, to: number): Promise<void> {
  const box = await page.getByRole("figure", { name: "loss" }).locator(".u-over").boundingBox();
  if (!box) throw new Error("the chart is not drawn");
  const answered = page.waitForResponse((answer) => /\/metrics\?.*from=/.test(answer.url()) && answer.ok());
  await page.mouse.move(box.x + box.width * from, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 3 });
  await page.mouse.up();
  await answered;
}

/** The first and the last step that is shown, as the address says it. */
function shownRange(page: Page): [number, number] {
  const query = new URL(page.url()).searchParams;
  return [Number(query.get("from") ?? 0), Number(query.get("to") ?? POINTS - 1)];
}

test("a spike among 1,000,000 points is seen at every zoom, down to the point itself", async ({
  page,
  api,
}) => {
  const run = await makeLongSeries(api);
  await visit(page, `/runs/${run}/metrics`);
  const figure = page.getByRole("figure", { name: "loss" });
  const drawn = figure.getByRole("img", { name: /^loss\./ });
  await expect(drawn).toHaveAccessibleName(/to step 999,\d{3}, .*highest 42,/);
  await expect(figure).toContainText("min/max kept");
  for (let width = POINTS; width > 1000; width /= 10) {
    const [low, high] = shownRange(page);
    const at = (SPIKE - low) / (high - low);
    const from = Math.min(Math.max(at - 0.04, 0.01), 0.9);
    await zoom(page, from, from + 0.09);
    await expect(drawn).toHaveAccessibleName(/highest 42,/);
    await expect(async () => {
      const [first, last] = shownRange(page);
      expect(last - first).toBeLessThan(width / 5);
    }).toPass();
  }
  await expect(figure).not.toContainText("min/max kept");
  await figure.getByRole("button", { name: "View loss as table" }).click();
  await expect(figure.getByRole("row", { name: /^step 654,321 42 42 42$/ })).toBeVisible();
});

test("an error among 1,000,000 lines is found by its level and by its words", async ({ page, api }) => {
  const run = await makeLongLog(api);
  await visit(page, `/runs/${run}/logs`);
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(grid).toHaveAttribute("aria-rowcount", String(LINES));
  const search = page.getByLabel("Search log", { exact: true });
  await search.fill("FELL off the bus");
  await expect(page.getByText("1 match", { exact: true })).toBeVisible();
  await search.press("Enter");
  await expect(grid.locator("mark")).toHaveText("fell off the bus");
  await expect(page).toHaveURL(new RegExp(`#L${BROKEN}$`));
  await visit(page, `/runs/${run}/logs`);
  await page.getByRole("button", { name: /^Error/ }).click({ modifiers: ["Alt"] });
  await expect(grid).toHaveAttribute("aria-rowcount", "1");
  await expect(grid.getByRole("row")).toContainText("device 3 fell off the bus");
});
