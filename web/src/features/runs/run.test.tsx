import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Job, Run } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { failure, serve } from "@/testing/serve";
import { aJob, aRun } from "@/testing/things";
import { RunOverview } from "./overview-page";
import { RunLayout } from "./run-layout";

const RUN = "GET /api/runs/{id}";
const JOB = "GET /api/training/jobs/{id}";
const STOP = "POST /api/training/jobs/{id}/stop";
const NAMES = "GET /api/runs/{id}/metrics/names";
const LOGS = "GET /api/runs/{id}/logs";

const noMetrics = { [NAMES]: () => ({ items: [], next_cursor: null, total: 0 }) };
const show = (run: Run) =>
  renderPage(
    <RunLayout id={run.id} tab="overview">
      <RunOverview id={run.id} />
    </RunLayout>,
  );

test("a failed job's own words stand first, and lead to their place in the log", async () => {
  const run = aRun({ status: "failed", job_id: "job_0123456789ab", status_reason: "exit 1" });
  const exit_reason: Job["exit_reason"] = {
    kind: "out_of_memory",
    message: "CUDA out of memory at step 1,204",
    lines: ["Traceback", "torch.OutOfMemoryError"],
    first_line: 41,
  };
  serve({ ...noMetrics, [RUN]: () => run, [JOB]: () => aJob({ status: "failed", exit_reason }) });
  await show(run);
  const verdict = page.getByRole("region", { name: "Why it failed" });
  await expect
    .element(verdict.getByRole("heading"))
    .toMatchTextContent("Failed: CUDA out of memory at step 1,204");
  await expect
    .element(verdict.getByRole("link", { name: "torch.OutOfMemoryError" }))
    .toHaveAttribute("href", `/runs/${run.id}/logs#L42`);
  await expect.element(verdict).toMatchTextContent("Lower the batch size");
});

test("of the lines before a failure only the last few stand with it", async () => {
  const run = aRun({ status: "failed", job_id: "job_0123456789ab" });
  const exit_reason: Job["exit_reason"] = {
    kind: "nonzero_exit",
    message: "boom",
    lines: [...Array.from({ length: 10 }, (_, index) => `step ${index}`), "RuntimeError: boom", "bye"],
    first_line: 100,
  };
  serve({ ...noMetrics, [RUN]: () => run, [JOB]: () => aJob({ status: "failed", exit_reason }) });
  await show(run);
  const verdict = page.getByRole("region", { name: "Why it failed" });
  await expect
    .element(verdict.getByRole("link", { name: "step 7" }))
    .toHaveAttribute("href", `/runs/${run.id}/logs#L107`);
  expect(verdict.getByRole("listitem").elements()).toHaveLength(5);
});

test("a failed run without a job is judged by the errors of its log", async () => {
  const run = aRun({ status: "failed", status_reason: "killed by hand", log_lines: 9 });
  const served = serve({
    ...noMetrics,
    [RUN]: () => run,
    [LOGS]: () => ({
      items: [
        {
          line: 9,
          time: "2026-11-20T12:00:00Z",
          level: "error",
          stream: "stderr",
          source: "",
          attempt: 1,
          text: "boom",
          fields: null,
        },
      ],
      next_cursor: null,
      prev_cursor: null,
      first_line: 1,
      total: 9,
      levels: { error: 1, none: 8 },
    }),
  });
  await show(run);
  await expect.element(page.getByRole("heading", { name: "Failed: killed by hand" })).toBeVisible();
  await expect.element(page.getByRole("link", { name: "boom" })).toBeVisible();
  expect(served.of(LOGS)[0]?.query.getAll("level")).toEqual(["error", "critical"]);
});

test("a run that is under way can be stopped; the button says so until it has ended", async () => {
  const run = aRun({ status: "running", job_id: "job_0123456789ab", ended_at: null });
  let job = aJob();
  const served = serve({
    ...noMetrics,
    [RUN]: () => run,
    [JOB]: () => job,
    [STOP]: () => {
      job = aJob({ stopping: "requested", version: 3 });
      return job;
    },
  });
  await show(run);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop the run" }).click();
  await expect.element(page.getByRole("button", { name: "Stopping…" })).toBeDisabled();
  expect(served.of(STOP)[0]?.headers.get("if-match")).toBe('"2"');
});

test("a stop that is refused says why and changes nothing", async () => {
  const run = aRun({ status: "running", job_id: "job_0123456789ab", ended_at: null });
  serve({
    ...noMetrics,
    [RUN]: () => run,
    [JOB]: () => aJob(),
    [STOP]: () => failure(409, "RESOURCE_CONFLICT", "The job has ended."),
  });
  await show(run);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop the run" }).click();
  await expect.element(page.getByText("mix4-lr3 was not stopped")).toBeVisible();
  await expect.element(page.getByText("The job has ended.")).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Stop", exact: true })).toBeEnabled();
});

test("a status that the socket tells is shown at once, and what came before its opening is asked for", async () => {
  let run = aRun({ status: "running", ended_at: null });
  const served = serve({ ...noMetrics, [RUN]: () => run });
  const { world } = await show(run);
  await expect.element(page.getByText("Running").first()).toBeVisible();
  await vi.waitFor(() => expect(world.last.url).toContain("/ws/runs/"));
  const before = served.of(NAMES).length;
  world.last.accept();
  await vi.waitFor(() => expect(served.of(NAMES).length).toBeGreaterThan(before));
  run = aRun({ status: "failed", status_reason: "out of memory", log_lines: 0 });
  world.last.say({
    type: "status",
    seq: 9,
    prev: 8,
    data: { status: "failed", reason: "out of memory", started_at: null, ended_at: null },
  });
  await expect.element(page.getByRole("heading", { name: "Failed: out of memory" })).toBeVisible();
});

test("keys change the tab and copy the id", async () => {
  const run = aRun();
  serve({ ...noMetrics, [RUN]: () => run });
  const { history } = await show(run);
  await expect.element(page.getByRole("heading", { level: 1, name: "mix4-lr3" })).toBeVisible();
  await userEvent.keyboard("3");
  expect(history.location.pathname).toBe(`/runs/${run.id}/logs`);
});
