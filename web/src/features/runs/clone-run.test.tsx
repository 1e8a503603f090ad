import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, serve } from "@/testing/serve";
import { aJob, aRun } from "@/testing/things";
import { RunLayout } from "./run-layout";

const CLONE = "POST /api/training/jobs/{id}/clone";
const run = aRun({ job_id: "job_0123456789ab" });
const served = (clone: () => object) =>
  serve({
    "GET /api/runs/{id}": () => run,
    "GET /api/training/jobs/{id}": () => aJob({ status: "completed" }),
    [CLONE]: clone,
  });
const show = () =>
  renderPage(
    <RunLayout id={run.id} tab="overview">
      <p>here</p>
    </RunLayout>,
  );

test("a run is started once more under another name, and the new run is opened", async () => {
  const made = "9".repeat(32);
  const asked = served(() => aJob({ name: "again", run_id: made }));
  const { history } = await show();
  await page.getByRole("button", { name: "Clone…" }).click();
  const dialog = page.getByRole("dialog", { name: "Clone mix4-lr3" });
  await expect.element(dialog).toMatchTextContent("python3 train.py");
  await dialog.getByRole("textbox", { name: "Name of the new run" }).fill("again");
  await dialog.getByRole("button", { name: "Start the clone" }).click();
  await vi.waitFor(() => expect(history.location.pathname).toBe(`/runs/${made}/overview`));
  expect(asked.of(CLONE)[0]?.body).toEqual({ name: "again" });
});

test("a clone that is refused says why and keeps what was typed", async () => {
  served(() => failure(409, "RESOURCE_CONFLICT", "The experiment is deleted."));
  await show();
  await page.getByRole("button", { name: "Clone…" }).click();
  const field = page.getByRole("textbox", { name: "Name of the new run" });
  await field.fill("again");
  await page.getByRole("button", { name: "Start the clone" }).click();
  await expect.element(page.getByRole("alert")).toMatchTextContent("The experiment is deleted.");
  await expect.element(field).toHaveValue("again");
});

test("a run without a job cannot be cloned, but compared", async () => {
  const bare = aRun();
  serve({ "GET /api/runs/{id}": () => bare });
  await renderPage(
    <RunLayout id={bare.id} tab="overview">
      <p>here</p>
    </RunLayout>,
  );
  await expect
    .element(page.getByRole("link", { name: "Compare…" }))
    .toHaveAttribute("href", expect.stringContaining(bare.id));
  await expect.element(page.getByRole("button", { name: "Clone…" })).not.toBeInTheDocument();
});
