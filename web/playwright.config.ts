import { defineConfig, devices } from "@playwright/test";

/** Flags that let the system's Chromium run as root, in a container and without a GPU. */
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const browser = process.env.PLAYWRIGHT_CHANNEL
  ? { channel: process.env.PLAYWRIGHT_CHANNEL, launchOptions: { args: CHROMIUM_FLAGS } }
  : {
      launchOptions: {
        executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
        args: CHROMIUM_FLAGS,
      },
    };

const desktop = { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 }, ...browser };

/** Journeys that promise how soon something is there wait until no other one keeps the machine busy. */
const ALONE = /@alone/;

/** The journeys run against a Studio of their own, which the global setup starts on a free port. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/support/global-setup.ts",
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: "line",
  use: { trace: "retain-on-failure", colorScheme: "dark", ...browser },
  projects: [
    {
      name: "desktop",
      testIgnore: "phone.spec.ts",
      grepInvert: ALONE,
      use: desktop,
    },
    {
      name: "phone",
      testMatch: "phone.spec.ts",
      use: { ...devices["Pixel 7"], viewport: { width: 390, height: 844 }, ...browser },
    },
    {
      name: "alone",
      grep: ALONE,
      dependencies: ["desktop", "phone"],
      use: desktop,
    },
  ],
});
