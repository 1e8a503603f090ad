import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { serve } from "@/testing/serve";
import { ConnectionBadge } from "./connection-badge";

const badge = () => page.getByTestId("ws-status");

test("the badge says how fresh the page is, from the first try to the last", async () => {
  serve({});
  const { world } = await renderPage(<ConnectionBadge />);
  await expect.element(badge()).toHaveTextContent("Connecting…");
  world.last.accept();
  await expect.element(badge()).toHaveTextContent("Live");
  world.last.cut();
  await expect.element(badge()).toHaveTextContent("Reconnecting…");
  for (let second = 0; second < 80; second += 1) {
    world.advance(1000);
    if (world.last.readyState === 0) world.last.cut();
  }
  await expect.element(badge()).toHaveTextContent("Offline");
  await page.getByRole("button", { name: "Retry" }).click();
  world.last.accept();
  await expect.element(badge()).toHaveTextContent("Live");
});

test("where sockets never open, it says that the page asks again and again", async () => {
  serve({});
  const { world } = await renderPage(<ConnectionBadge />);
  await expect.element(badge()).toHaveTextContent("Connecting…");
  world.last.cut();
  await expect.element(badge()).toHaveTextContent("Polling");
});

test("a refusal is not tried again", async () => {
  serve({});
  const { world } = await renderPage(<ConnectionBadge />);
  await expect.element(badge()).toHaveTextContent("Connecting…");
  world.last.cut(4401);
  await expect.element(badge()).toHaveTextContent("Not signed in");
  const tries = world.sockets.length;
  world.advance(120_000);
  expect(world.sockets).toHaveLength(tries);
});
