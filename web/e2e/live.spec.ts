import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page, WebSocketRoute } from "@playwright/test";
import { makeExperiment, makeRun } from "./support/seed";
import { BIN, type Client, Studio, until } from "./support/studio";
import { allLines, badge, expect, test, visit } from "./support/test";
import { Writer } from "./support/writer";

interface Point {
  step: number;
  value: number;
}

/** What the server holds: the steps of the metric and the numbers of the lines. */
async function stored(api: Client, run: string): Promise<{ steps: number[]; lines: number[] }> {
  const answer = await api.get<{ series: { points: Point[] }[] }>(
    `/api/runs/${run}/metrics?name=loss&x=step&buckets=10000`,
  );
  const log = await api.get<{ items: { line: number }[] }>(`/api/runs/${run}/logs?limit=10000`);
  return {
    steps: answer.series.flatMap(({ points }) => points.map(({ step }) => step)),
    lines: log.items.map(({ line }) => line),
  };
}

/** The steps that a chart shows, by its table. */
async function shownSteps(page: Page): Promise<number[]> {
  const chart = page.getByRole("figure", { name: "loss" });
  const cells = await chart.locator("tbody tr td:first-child").allInnerTexts();
  return cells.map((text) => Number(text.replace(/\D/g, ""))).sort((a, b) => a - b);
}

async function openMetrics(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await visit(page, address);
  await page.getByRole("button", { name: "View loss as table" }).click();
  return page;
}

const CUTS = 6;

test("two tabs show every point and line once, however often their sockets are cut", async ({
  context,
  api,
}) => {
  const experiment = await makeExperiment(api, "cut at random");
  const run = await makeRun(api, experiment, { name: "writing", status: "running" });
  const writer = new Writer(api, run);
  await writer.write(1, 0);

  const open = new Set<WebSocketRoute>();
  let cuts = 0;
  await context.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    open.add(socket);
    socket.onClose(() => {
      open.delete(socket);
      void server.close();
    });
  });
  const metrics = await openMetrics(context, `/runs/${run}/metrics`);
  const logs = await context.newPage();
  await visit(logs, `/runs/${run}/logs`);

  const writing = writer.write(Number.POSITIVE_INFINITY, 40);
  // A cut in the middle of whatever is being sent, again and again; which sockets, is decided by their order.
  for (let round = 0; round < CUTS; round += 1) {
    const before = writer.sent.points;
    await until("more points", async () => (writer.sent.points >= before + 6 ? true : null));
    await until("sockets that are open again", async () => (open.size >= 2 ? true : null));
    for (const socket of [...open].filter((_, index) => (index + round) % 2 === 0)) {
      open.delete(socket);
      await socket.close({ code: 1012 });
      cuts += 1;
    }
  }
  writer.stop();
  await writing;
  expect(cuts).toBeGreaterThanOrEqual(CUTS);

  const expected = await stored(api, run);
  expect(expected.steps).toHaveLength(writer.sent.points);
  expect(expected.lines).toHaveLength(writer.sent.lines);
  await expect(async () => expect(await shownSteps(metrics)).toEqual(expected.steps)).toPass();
  await expect(logs.getByRole("grid", { name: "Log lines" })).toHaveAttribute(
    "aria-rowcount",
    String(expected.lines.length),
  );
  expect(await allLines(logs)).toEqual(expected.lines);
  await expect(badge(metrics)).toHaveText("Live");
});

test("a server that is killed under the pages comes back, and so do they", async ({ context }) => {
  // A sub-path besides: what the pages ask and say works below it.
  const studio = new Studio("/studio");
  try {
    await studio.start();
    const experiment = await makeExperiment(studio.api, "killed");
    const run = await makeRun(studio.api, experiment, { name: "survivor", status: "running" });
    const writer = new Writer(studio.api, run);
    await writer.write(5, 0);
    const metrics = await openMetrics(context, `${studio.url}/runs/${run}/metrics`);
    const logs = await context.newPage();
    await visit(logs, `${studio.url}/runs/${run}/logs`);
    await expect(badge(logs)).toHaveText("Live");

    const writing = writer.write(40, 50);
    await until("some points", async () => (writer.sent.points > 15 ? true : null));
    await studio.kill();
    await expect(badge(metrics)).toHaveText("Reconnecting…");
    await expect(badge(logs)).toHaveText("Reconnecting…");
    await studio.start();
    await expect(badge(metrics)).toHaveText("Live");
    await expect(badge(logs)).toHaveText("Live");
    await writing;

    const expected = await stored(studio.api, run);
    expect(expected.steps).toHaveLength(writer.sent.points);
    expect(expected.lines).toHaveLength(writer.sent.lines);
    await expect(async () => expect(await shownSteps(metrics)).toEqual(expected.steps)).toPass();
    await expect(logs.getByRole("grid", { name: "Log lines" })).toHaveAttribute(
      "aria-rowcount",
      String(expected.lines.length),
    );
    expect(await allLines(logs)).toEqual(expected.lines);
    await logs.getByRole("link", { name: "Experiments" }).first().click();
    await expect(logs).toHaveURL(`${studio.url}/experiments`);
  } finally {
    await studio.stop();
  }
});

test("without a network the badge says so, and it finds back by itself", async ({ page, context }) => {
  let socket: WebSocketRoute | null = null;
  await page.routeWebSocket("**/ws", (route) => {
    socket = route;
    route.connectToServer();
  });
  await visit(page, "/experiments");
  await expect(badge(page)).toHaveText("Live");
  await context.setOffline(true);
  await (socket as WebSocketRoute | null)?.close({ code: 1012 });
  await expect(badge(page)).toHaveText("Offline");
  await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
  await expect(page.getByRole("table", { name: "Experiments" })).toBeVisible();
  await context.setOffline(false);
  await expect(badge(page)).toHaveText("Live");
});

test(
  "what another process writes into the same database is here within a second",
  { tag: "@alone" },
  async ({ page }, test) => {
    const name = `from another process ${test.repeatEachIndex}`;
    await visit(page, "/experiments");
    await expect(badge(page)).toHaveText("Live");
    const script = fileURLToPath(new URL("second_process.py", import.meta.url));
    const other = spawn(`${BIN}/python`, [script, process.env.STUDIO_E2E_FOLDER ?? "", name], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(other, "exit"); // it may end while we look at the page
    const lines = createInterface(other.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    other.stdin.write("now\n");
    const id = (await lines.next()).value;
    await expect(page.getByRole("link", { name })).toBeVisible({ timeout: 1000 });
    await expect(page.getByRole("link", { name })).toHaveAttribute("href", new RegExp(`/experiments/${id}$`));
    expect(await ended).toEqual([0, null]);
  },
);

test("new rows wait while the list is scrolled, and come when they are asked for", async ({ page, api }) => {
  for (let index = 0; index < 45; index += 1) await makeExperiment(api, `filler ${index}`);
  await visit(page, "/experiments?filter=filler");
  const table = page.getByRole("table", { name: "Experiments" });
  await expect(table.getByRole("row")).toHaveCount(46);
  await page.keyboard.press("j");
  await page.keyboard.press("End");
  await expect(page.locator("tr:focus")).toContainText("filler 0");
  await makeExperiment(api, "filler that is newer");
  const pill = page.getByRole("button", { name: "Newer rows" });
  await expect(pill).toBeVisible();
  await expect(table).not.toContainText("filler that is newer");
  await pill.click();
  await expect(table).toContainText("filler that is newer");
});
