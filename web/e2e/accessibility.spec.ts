import type { BrowserContext, Page } from "@playwright/test";
import axe from "axe-core";
import { change, read } from "./support/fleet";
import type { Seeded } from "./support/seed";
import { expect, test, visit } from "./support/test";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** No fault of any weight, in either theme. */
async function check(page: Page, what: string): Promise<void> {
  for (const theme of ["dark", "light"]) {
    // The switch itself may be covered by a dialog.
    await page.locator("html").evaluate((html, name) => {
      html.dataset.mantineColorScheme = name;
    }, theme);
    // Colours on their way from one theme to the other are nobody's.
    await expect
      .poll(() => page.evaluate(() => document.getAnimations().some((one) => one instanceof CSSTransition)))
      .toBe(false);
    expect(await faults(page), `${what}, ${theme}`).toEqual([]);
  }
}

/** What axe finds. It is brought into a page once: that takes longer than to look through it. */
async function faults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
  });
}

interface Screen {
  name: string;
  address: (seeded: Seeded) => string;
  /** What is there once the screen has come. */
  shows: (page: Page) => Promise<void>;
}

const visible = (text: string | RegExp) => async (page: Page) =>
  expect(page.getByText(text).first()).toBeVisible();

const SCREENS: Screen[] = [
  { name: "the dashboard", address: () => "/", shows: visible("Needs attention") },
  { name: "the dashboard of the past", address: () => "/?at=seq:3", shows: visible(/read-only/) },
  {
    name: "the timeline with two pins",
    address: () => "/timeline?at=seq:12&pins=8,20",
    shows: visible(/entit(y|ies) differ|Nothing differs/),
  },
  { name: "all runs", address: () => "/runs", shows: visible("mix4-lr3") },
  { name: "experiments", address: () => "/experiments", shows: visible("mix-ablation") },
  {
    name: "an experiment",
    address: ({ experiment }) => `/experiments/${experiment}`,
    shows: visible("mix4-lr3"),
  },
  {
    name: "runs in groups",
    address: ({ experiment }) => `/experiments/${experiment}?group=params.lr&pinned=status`,
    shows: visible(/groups by lr/),
  },
  ...["summary", "curves", "params", "config", "parallel", "scatter"].map((tab) => ({
    name: `a comparison, ${tab}`,
    address: ({ run, failedRun }: Seeded) => `/compare?runs=${run},${failedRun}&tab=${tab}`,
    shows: visible("mix3-broken"),
  })),
  { name: "a comparison of nothing", address: () => "/compare", shows: visible("Two runs are needed") },
  { name: "a run", address: ({ run }) => `/runs/${run}/overview`, shows: visible("train/loss") },
  {
    name: "a failed run",
    address: ({ failedRun }) => `/runs/${failedRun}/overview`,
    shows: visible("worker 2 lost"),
  },
  {
    name: "metrics",
    address: ({ run }) => `/runs/${run}/metrics`,
    shows: async (page) => expect(page.locator("canvas").first()).toBeVisible(),
  },
  {
    name: "artifacts of a run",
    address: ({ run }) => `/runs/${run}/artifacts`,
    shows: visible("No artifacts yet"),
  },
  { name: "logs", address: ({ run }) => `/runs/${run}/logs?q=shard#L1500`, shows: visible("15 of 20") },
  { name: "deployments", address: () => "/deployments", shows: visible("adder") },
  {
    name: "a deployment",
    address: ({ deployment }) => `/deployments/${deployment}/overview`,
    shows: visible("1 ready of 1"),
  },
  {
    name: "endpoints",
    address: ({ deployment }) => `/deployments/${deployment}/endpoints`,
    shows: visible("Inputs and outputs"),
  },
  {
    name: "replicas",
    address: ({ deployment }) => `/deployments/${deployment}/replicas`,
    shows: visible("Restarts"),
  },
  { name: "models", address: () => "/registry", shows: visible("adder") },
  { name: "no model matches", address: () => "/registry?filter=zzz", shows: visible("No models match") },
  { name: "a model", address: () => "/registry/adder", shows: visible("What aliases meant when") },
  {
    name: "a version",
    address: () => "/registry/adder/v/1",
    shows: async (page) => expect(page.getByText("serialization_format").first()).toBeVisible(),
  },
  {
    name: "a lineage",
    address: () => "/registry/adder/v/1/lineage",
    shows: async (page) => expect(page.getByRole("button", { name: /adder-maker$/ })).toBeVisible(),
  },
  {
    name: "a lineage as a list",
    address: () => "/registry/adder/v/1/lineage?view=list",
    shows: visible("What it came from"),
  },
  { name: "no model", address: () => "/registry/nothing", shows: visible("The model was not found") },
  { name: "no version", address: () => "/registry/adder/v/99", shows: visible("The version was not found") },
  { name: "instances", address: () => "/instances?status=error&sel=1,2", shows: visible("2 selected") },
  {
    name: "no instance matches",
    address: () => "/instances?filter=zzz",
    shows: visible("No instances match"),
  },
  {
    name: "an instance",
    address: ({ instance }) => `/instances/${instance}/detail`,
    shows: visible("All of its history"),
  },
  {
    name: "a history",
    address: ({ instance, events: [, b] }) => `/instances/${instance}/history#${b}`,
    shows: visible("peak hours"),
  },
  {
    name: "a comparison",
    address: ({ instance, events: [a, b] }) => `/instances/${instance}/compare?a=${a}&b=${b}`,
    shows: visible("Show 11 fields"),
  },
  {
    name: "a deleted instance",
    address: ({ deletedInstance }) => `/instances/${deletedInstance}/history`,
    shows: visible("deleted"),
  },
  { name: "no instance", address: () => "/instances/999999/detail", shows: visible("was not found") },
  { name: "an experiment that is empty", address: () => "/experiments/0", shows: visible("No runs yet") },
  { name: "no match", address: () => "/experiments?filter=zzz", shows: visible("No experiments match") },
  {
    name: "a wrong filter",
    address: () => "/experiments?filter=name+%3E",
    shows: visible("The filter was not understood"),
  },
  {
    name: "no run",
    address: () => `/runs/${"0".repeat(32)}/overview`,
    shows: visible("The run was not found"),
  },
  {
    name: "no experiment",
    address: () => "/experiments/none",
    shows: visible("The experiment was not found"),
  },
  {
    name: "no deployment",
    address: () => "/deployments/dep_000000000000/overview",
    shows: visible("The deployment was not found"),
  },
  { name: "no page", address: () => "/nowhere", shows: visible("There is no such page") },
];

/** The screens of a worker share what the browser remembers: a program that it knows starts three times as fast. */
const screen = test.extend<object, { visitor: BrowserContext }>({
  visitor: [
    async ({ browser }, use, { project }) => {
      const { viewport, colorScheme } = project.use;
      const context = await browser.newContext({
        viewport,
        colorScheme,
        baseURL: process.env.STUDIO_E2E_URL,
      });
      await use(context);
      await context.close();
    },
    { scope: "worker" },
  ],
  context: async ({ visitor }, use) => use(visitor),
  page: async ({ context }, use) => {
    const page = await context.newPage();
    await use(page);
    await page.close();
  },
});

screen.describe("screens", () => {
  // Each has a page of its own and changes nothing, so all workers may share them.
  screen.describe.configure({ mode: "parallel" });
  for (const { name, address, shows } of SCREENS) {
    screen(`no fault in ${name}`, async ({ page, seeded }) => {
      await visit(page, address(seeded));
      await shows(page);
      await check(page, name);
    });
  }
});

test("no fault over an experiment's runs: columns, comparison, projects", async ({ page, seeded }) => {
  await visit(page, `/experiments/${seeded.experiment}`);
  await page.getByRole("button", { name: "Columns" }).click();
  await expect(page.getByRole("dialog", { name: "Columns" })).toBeVisible();
  await check(page, "columns");
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: "Select mix4-lr1" }).check();
  await page.getByRole("checkbox", { name: "Select mix4-lr2" }).check();
  await expect(page.getByRole("table", { name: "Config diff" })).toBeVisible();
  await check(page, "comparison");
  await page.getByRole("button", { name: /^Project/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await check(page, "projects");
});

test("no fault over all runs: a filter that is completed, questions about those selected", async ({
  page,
}) => {
  await visit(page, "/runs");
  await page.getByRole("combobox", { name: "Filter runs" }).pressSequentially("status = ");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { selected: true })).toBeVisible();
  await check(page, "a filter that is completed");
  await page.getByRole("button", { name: "Clear filter runs" }).click();
  await page.getByRole("checkbox", { name: "Select mix4-lr1" }).check();
  for (const [button, dialog] of [
    ["Tag…", "Tag 1 run"],
    ["Stop…", "None of them can be stopped"],
    ["Archive…", "Archive 1 run?"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await check(page, dialog);
    await page.keyboard.press("Escape");
  }
});

test("no fault over a run: what is registered", async ({ page }) => {
  await visit(page, "/runs?filter=name+%3D+'adder-maker'");
  await page.getByRole("link", { name: "adder-maker" }).click();
  await page.getByRole("button", { name: "Register…" }).click();
  await expect(page.getByRole("combobox", { name: "Model" })).toBeVisible();
  await check(page, "register");
});

test("no fault in what opens on every page: time machine, search, shortcuts", async ({ page }) => {
  await visit(page, "/experiments");
  await page.keyboard.press("t");
  await expect(page.getByRole("dialog", { name: "Time machine" })).toBeVisible();
  await check(page, "time machine");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("mix4");
  await expect(page.getByRole("option").first()).toBeVisible();
  await check(page, "search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await check(page, "shortcuts");
});

test("no fault in a question, nor in a chart as a table", async ({ page, seeded }) => {
  await visit(page, `/deployments/${seeded.deployment}/overview`);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("dialog", { name: "Stop adder?" })).toBeVisible();
  await check(page, "stop");
  await visit(page, `/runs/${seeded.run}/metrics`);
  await page.getByRole("button", { name: "View train/loss as table" }).click();
  await expect(page.getByRole("figure", { name: "train/loss" }).getByRole("table")).toBeVisible();
  await page.getByRole("button", { name: "Show train/loss as a chart" }).hover();
  await expect(page.getByRole("tooltip")).toBeVisible();
  await check(page, "table, with a tooltip");
});

test("no fault over the registry: questions, forms, comparison", async ({ page }) => {
  await visit(page, "/registry/adder");
  for (const [button, dialog] of [
    ["Edit", "Describe adder"],
    ["Change", "Protect stages of adder"],
    ["Add", "Add an alias to adder"],
  ] as const) {
    await page.getByRole("button", { name: button, exact: true }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await check(page, dialog);
    await page.keyboard.press("Escape");
  }
  await visit(page, "/registry/adder/v/1");
  for (const [button, dialog] of [
    ["Move to stage…", "Move adder v1"],
    ["Deploy…", "Deploy adder v1"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await check(page, dialog);
    await page.keyboard.press("Escape");
  }
});

test("no fault over the instances: menu, cells, forms, questions, files", async ({ page, seeded }) => {
  await visit(page, "/instances?filter=seeded");
  const row = page.getByRole("row").filter({ hasText: "seeded-000" });
  await row.getByRole("button", { name: "Actions of seeded-000" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await check(page, "a row's menu");
  await page.keyboard.press("Escape");
  await row.locator('td[data-edit="replicas"]').click();
  await page.keyboard.type("900");
  await expect(page.getByRole("alert")).toBeVisible();
  await check(page, "a cell that is edited");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "New instance" }).click();
  await page.getByRole("button", { name: "Create instance" }).click();
  await expect(page.getByText("Some things are not right yet")).toBeVisible();
  await check(page, "a form with errors");
  await page.keyboard.press("Escape");
  for (const [button, dialog] of [
    ["Export", "Export instances"],
    ["Import", "Import instances"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await check(page, dialog);
    await page.keyboard.press("Escape");
  }
  await page.getByRole("checkbox", { name: "Select seeded-000" }).check();
  await page.getByRole("checkbox", { name: "Select seeded-001" }).check();
  for (const [button, dialog] of [
    ["Edit…", "Edit 2 instances"],
    ["Delete…", "Delete 2 instances?"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
    await check(page, dialog);
    await page.keyboard.press("Escape");
  }
  await page.goto(`/instances/${seeded.instance}/history`);
  await page.getByRole("button", { name: "Actions of version 1 by local" }).click();
  await page.getByRole("menuitem", { name: /^Restore/ }).click();
  await expect(page.getByRole("dialog", { name: /^Restore version 1/ })).toBeVisible();
  await check(page, "restore");
});

test("no fault in a conflict", async ({ page, api, seeded }) => {
  await page.routeWebSocket(/\/ws/, () => {});
  await visit(page, "/instances?filter=seeded-000");
  const cell = page.locator('td[data-edit="replicas"]');
  await expect(cell).toBeVisible();
  const { replicas } = await read(api, seeded.instance);
  await change(api, seeded.instance, { replicas: replicas + 1 });
  await cell.click();
  await page.keyboard.type(String(replicas + 2));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("table", { name: "Fields in conflict" })).toBeVisible();
  await check(page, "conflict");
});
