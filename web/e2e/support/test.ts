import { test as base, expect, type Page } from "@playwright/test";
import type { Seeded } from "./seed";
import { Client } from "./studio";

interface Fixtures {
  /** The API of the server that all journeys share. */
  api: Client;
  seeded: Seeded;
  /** Fails the journey when a page throws, or is refused something by its own policy. */
  guard: undefined;
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is set by the global setup`);
  return value;
}

export const test = base.extend<Fixtures>({
  // Worker processes read the configuration before the setup has told the address.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  baseURL: async ({}, use) => use(fromEnvironment("STUDIO_E2E_URL")),
  api: async ({ baseURL }, use) => use(new Client(baseURL as string)),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  seeded: async ({}, use) => use(JSON.parse(fromEnvironment("STUDIO_E2E_SEEDED")) as Seeded),
  guard: [
    async ({ context }, use) => {
      const wrong: string[] = [];
      context.on("weberror", (error) => wrong.push(error.error().message));
      context.on("console", (message) => {
        if (/Content.Security.Policy/i.test(message.text())) wrong.push(message.text());
      });
      await use(undefined);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Open a page and wait until it listens to keys. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
}

/** The badge that says how fresh the page is. */
export function badge(page: Page) {
  return page.getByTestId("ws-status");
}

/** Numbers of the log lines from the first to the last, read by going through the list. */
export async function allLines(page: Page): Promise<number[]> {
  const grid = page.getByRole("grid", { name: "Log lines" });
  await grid.focus();
  await page.keyboard.press("Home");
  const found = new Set<number>();
  const total = Number(await grid.getAttribute("aria-rowcount"));
  await expect(async () => {
    for (const text of await grid.locator('[role="row"] [role="gridcell"]:first-child').allInnerTexts()) {
      if (/\d/.test(text)) found.add(Number(text.replace(/\D/g, "")));
    }
    if (found.size < total) await page.keyboard.press("PageDown");
    expect(found.size).toBe(total);
  }).toPass({ intervals: [30] });
  return [...found].sort((a, b) => a - b);
}
