import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { serve } from "@/testing/serve";
import { WriteButton } from "./write-button";

test("a button that changes something works now", async () => {
  serve({});
  const press = vi.fn();
  await renderPage(<WriteButton onClick={press}>Stop</WriteButton>);
  await page.getByRole("button", { name: "Stop" }).click();
  expect(press).toHaveBeenCalledOnce();
});

test("while the past is shown it does nothing, and says why to everybody who comes to it", async () => {
  serve({});
  const press = vi.fn();
  await renderPage(<WriteButton onClick={press}>Stop</WriteButton>, "/here?at=seq:12");
  const button = page.getByRole("button", { name: "Stop" });
  await expect.element(button).toHaveAttribute("aria-disabled", "true");
  await expect.element(button).toHaveAccessibleDescription(/looking at the past/);
  (button.element() as HTMLElement).focus();
  await expect.element(button).toHaveFocus();
  await button.click({ force: true });
  expect(press).not.toHaveBeenCalled();
});
