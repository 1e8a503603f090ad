/**
 * Measures the table of instances in Chromium and prints what it found as JSON: `node fleet-table.ts`, asked by JSON on
 * standard input. The same figures of an empty page and of the bare API stand beside them: what a browser and a server
 * take at least.
 */
import { readFileSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { type Frames, install, type Rows } from "./probe.ts";

/** A text to type, with what the table shows after each of its keys. */
interface Word {
  text: string;
  answers: Rows[];
}

interface Asked {
  url: string;
  rounds: number;
  scrollSeconds: number;
  rowCount: number;
  /** One for each round. */
  words: Word[];
  /** As many words of the same kind, for the API alone: nothing is answered from memory. */
  apiWords: Word[];
  /** And for typing without waiting. */
  quickWords: Word[];
  /** Columns by their headers, with what the table shows when it is sorted by them, descending. */
  sorts: { header: string; sort: string; answer: Rows }[];
}

interface Scrolled extends Frames {
  /** Processor time of the processes that hold the page, in milliseconds. */
  cpuMs: number;
}

/** In milliseconds. */
interface Found {
  firstRows: number[];
  largestPaint: number[];
  emptyPaint: number[];
  apiFirst: number[];
  /** By how many keys were typed. */
  keys: number[][];
  apiKeys: number[][];
  word: number[];
  emptyKeys: number[];
  sorts: Record<string, number[]>;
  apiSorts: Record<string, number[]>;
  selectAll: number[];
  jumps: number[];
  read: Scrolled[];
  fling: Scrolled[];
  emptyFrames: Scrolled[];
  plainFrames: Scrolled[];
  interactions: number[];
  typingTasks: number[];
  nodes: number[];
  nodesOfFew: number[];
  heapMb: number[];
}

const CHROMIUM_FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];
const READ_PX_PER_S = 3000;
const FLING_PX_PER_S = 30_000;
const ROW_PX = 32;
const ROWS_IN_VIEW = 30;
const COLUMNS = 12;
const BURST_PAUSE_MS = 90;

const asked: Asked = JSON.parse(readFileSync(0, "utf8"));
/** Add a time to the list under a name. */
function into<Key extends string | number>(lists: { [key in Key]?: number[] }, key: Key, ms: number): void {
  const list = lists[key] ?? [];
  lists[key] = list;
  list.push(ms);
}

const api = (query: Record<string, string>) =>
  `${asked.url}/api/instances?${new URLSearchParams({ skip: "0", ...query, limit: "100", can: "1" })}`;
const byName = { sort: "name", order: "asc" };

async function answerMs(address: string): Promise<number> {
  const from = performance.now();
  const answer = await fetch(address);
  await answer.text();
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return performance.now() - from;
}

/** Let something happen, so that no answer of an earlier round is still right, and kept in memory, for this one. */
async function moveLedger(): Promise<void> {
  const answer = await fetch(`${asked.url}/api/experiments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: `round at ${new Date().toISOString()}` }),
  });
  if (!answer.ok) throw new Error(`an experiment could not be made: ${answer.status}`);
}

async function newPage(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  const page = await context.newPage();
  await page.addInitScript(install);
  return { context, page };
}

/** What each of the processes that hold pages has used of the processor, in milliseconds. */
async function pagesCpu(browser: Browser): Promise<Map<number, number>> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === "renderer");
  return new Map(pages.map(({ id, cpuTime }) => [id, cpuTime * 1000]));
}

async function frames(page: Page, speed: number): Promise<Scrolled> {
  const session = await page.context().newCDPSession(page);
  const before = await pagesCpu(browser);
  await page.evaluate(() => window.probe.startFrames());
  await session.send("Input.synthesizeScrollGesture", {
    ...{ x: 700, y: 500, yDistance: -speed * asked.scrollSeconds, speed, preventFling: true },
    gestureSourceType: "mouse",
  });
  await session.detach();
  const counted = await page.evaluate(() => window.probe.endFrames());
  const used = [...(await pagesCpu(browser))].map(([id, ms]) => ms - (before.get(id) ?? ms));
  return { ...counted, cpuMs: used.reduce((sum, ms) => sum + ms, 0) };
}

/** As many rows and cells as come into view, which all stand there from the start: no script, no control, no colour. */
async function measurePlain(browser: Browser, found: Found): Promise<void> {
  const { context, page } = await newPage(browser);
  await page.goto(`${asked.url}/health`);
  const rows = Math.ceil((READ_PX_PER_S * asked.scrollSeconds) / ROW_PX) + ROWS_IN_VIEW;
  await page.evaluate(
    ([count, height, columns]) => {
      const cells = (row: number) =>
        Array.from({ length: columns }, (_, place) => `<td>${row} in ${place}</td>`);
      const lines = Array.from({ length: count }, (_, row) => `<tr>${cells(row).join("")}</tr>`);
      document.body.innerHTML = `<table>${lines.join("")}</table>`;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        table, tbody { display: block; font: 13px sans-serif }
        tr { display: grid; grid-template-columns: repeat(${columns}, 1fr); height: ${height}px; contain: strict }`);
      document.adoptedStyleSheets = [sheet];
    },
    [rows, ROW_PX, COLUMNS] as const,
  );
  found.plainFrames.push(await frames(page, READ_PX_PER_S));
  await context.close();
}

/** What a browser takes at least: the same measurements on a page without anything. */
async function measureEmpty(browser: Browser, found: Found): Promise<void> {
  const { context, page } = await newPage(browser);
  await page.goto(`${asked.url}/health`);
  found.emptyPaint.push(
    await page.evaluate(async () => {
      const paint = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      while (paint() === undefined) await new Promise(requestAnimationFrame);
      return paint() as number;
    }),
  );
  await page.evaluate(() => {
    document.body.innerHTML = "<input><p></p><div></div>";
    const [input, out, tall] = document.body.children as unknown as [HTMLInputElement, Element, HTMLElement];
    tall.style.height = "9000000px";
    input.focus();
    input.oninput = () => (out.innerHTML = `<b class=k${input.value.length}>${input.value}</b>`);
  });
  for (let count = 1; count <= 5; count += 1) {
    await page.evaluate((selector) => window.probe.expectCount(selector, 1), `.k${count}`);
    await page.keyboard.press("5");
    found.emptyKeys.push(await page.evaluate(() => window.probe.answered()));
  }
  found.emptyFrames.push(await frames(page, READ_PX_PER_S));
  await context.close();
}

async function open(page: Page): Promise<number> {
  await page.goto(`${asked.url}/instances`, { waitUntil: "commit" });
  const at = await page.evaluate(() => window.probe.firstRows());
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  return at;
}

async function measureTyping(page: Page, word: Word, found: Found): Promise<void> {
  const field = page.getByRole("searchbox", { name: "Filter instances" });
  await field.focus();
  await page.evaluate(() => window.probe.startFrames());
  for (const [index, key] of [...word.text].entries()) {
    await page.evaluate((rows) => window.probe.expectRows(rows), word.answers[index] as Rows);
    await page.keyboard.press(key);
    into(found.keys, index, await page.evaluate(() => window.probe.answered()));
  }
  found.typingTasks.push(...(await page.evaluate(() => window.probe.endFrames())).longTasks);
}

/** All keys in the rhythm of a person, and only the last answer counts. */
async function measureWord(page: Page, word: Word, found: Found): Promise<void> {
  await page.evaluate((rows) => window.probe.expectRows(rows), word.answers.at(-1) as Rows);
  await page.keyboard.type(word.text, { delay: BURST_PAUSE_MS });
  found.word.push(await page.evaluate(() => window.probe.answered()));
}

async function measureSorts(page: Page, found: Found): Promise<void> {
  for (const { header, sort, answer } of asked.sorts) {
    await page.evaluate((rows) => window.probe.expectRows(rows), answer);
    await page.getByRole("columnheader", { name: header }).getByRole("button").click();
    into(found.sorts, header, await page.evaluate(() => window.probe.answered()));
    // Another page than the table's: the server keeps answers.
    into(found.apiSorts, header, await answerMs(api({ sort, order: "desc", skip: "7" })));
  }
}

async function measureSelection(page: Page, found: Found): Promise<void> {
  const rows = await page.locator("tr[data-index]").count();
  await page.evaluate((count) => window.probe.expectCount("tr[data-selected]", count), rows);
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  found.selectAll.push(await page.evaluate(() => window.probe.answered()));
}

async function measureScrolling(page: Page, found: Found): Promise<void> {
  found.read.push(await frames(page, READ_PX_PER_S));
  found.fling.push(await frames(page, FLING_PX_PER_S));
  for (const share of [0.31, 0.83, 0.02, 0.57, 0.98]) {
    const at = (share - found.jumps.length / 10_000) * asked.rowCount * ROW_PX;
    found.jumps.push(await page.evaluate((top) => window.probe.filled(top), at));
  }
}

async function measureSize(page: Page): Promise<{ nodes: number; heapMb: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const nodes = await page.evaluate(() => document.getElementsByTagName("*").length);
  await session.detach();
  return { nodes, heapMb: usedSize / 1e6 };
}

async function measureRound(browser: Browser, round: number, found: Found): Promise<void> {
  await measureEmpty(browser, found);
  await measurePlain(browser, found);
  await moveLedger();
  const [word, apiWord] = [asked.words[round] as Word, asked.apiWords[round] as Word];
  found.apiFirst.push(await answerMs(`${api(byName)}&attempt=${round}`));
  for (let length = 1; length <= apiWord.text.length; length += 1)
    into(found.apiKeys, length - 1, await answerMs(api({ ...byName, q: apiWord.text.slice(0, length) })));

  const { context, page } = await newPage(browser);
  found.firstRows.push(await open(page));
  found.largestPaint.push(await page.evaluate(() => window.probe.largestPaint()));
  await measureTyping(page, word, found);
  found.nodesOfFew.push((await measureSize(page)).nodes);
  await page.keyboard.press("Escape");
  await page.locator(`table[aria-rowcount='${asked.rowCount + 1}']:not([aria-busy])`).waitFor();
  await measureScrolling(page, found);
  const { nodes, heapMb } = await measureSize(page);
  found.nodes.push(nodes);
  found.heapMb.push(heapMb);
  await page.evaluate(() => window.probe.filled(0));
  await measureSorts(page, found);
  await measureSelection(page, found);
  found.interactions.push(...(await page.evaluate(() => window.probe.interactions())));
  await context.close();

  const other = await newPage(browser);
  await open(other.page);
  await other.page.getByRole("searchbox", { name: "Filter instances" }).focus();
  await measureWord(other.page, asked.quickWords[round] as Word, found);
  await other.context.close();
}

const found: Found = {
  ...{ firstRows: [], largestPaint: [], emptyPaint: [], apiFirst: [], keys: [], apiKeys: [], word: [] },
  ...{ emptyKeys: [], sorts: {}, apiSorts: {}, selectAll: [], jumps: [], read: [], fling: [] },
  ...{
    emptyFrames: [],
    plainFrames: [],
    interactions: [],
    typingTasks: [],
    nodes: [],
    nodesOfFew: [],
    heapMb: [],
  },
};
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: CHROMIUM_FLAGS,
});
try {
  for (let round = 0; round < asked.rounds; round += 1) await measureRound(browser, round, found);
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(found));
