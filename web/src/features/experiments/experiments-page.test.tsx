import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { anExperiment, aRun } from "@/testing/things";
import { ExperimentPage } from "./experiment-page";
import { ExperimentsPage } from "./experiments-page";

const nothing = () => {};
const LIST = "GET /api/experiments";
const RUNS = "GET /api/experiments/{id}/runs";

test("experiments are listed with their runs by status, and lead to their pages", async () => {
  serve({
    [LIST]: () =>
      pageOf([anExperiment({ runs: { queued: 0, running: 1, succeeded: 2, failed: 0, canceled: 0 } })]),
  });
  await renderPage(<ExperimentsPage view={{}} onView={nothing} />);
  const row = page.getByRole("row", { name: /mix-ablation/ });
  await expect.element(row).toBeVisible();
  await expect
    .element(row.getByRole("img"))
    .toHaveAccessibleName("Runs of mix-ablation: 1 running, 2 succeeded");
  await expect.element(row.getByRole("link")).toHaveAttribute("href", "/experiments/7");
});

test("a comparison is sent as a filter, any other text as a search", async () => {
  const served = serve({ [LIST]: () => pageOf([anExperiment()]) });
  await renderPage(<ExperimentsPage view={{ filter: "tags.team = 'vision'" }} onView={nothing} />);
  await vi.waitFor(() => expect(served.of(LIST)).toHaveLength(1));
  expect(served.asked[0]?.query.get("filter")).toBe("tags.team = 'vision'");
});

test("an empty Studio says how to begin, with this server's address", async () => {
  serve({ [LIST]: () => pageOf([]) });
  await renderPage(<ExperimentsPage view={{}} onView={nothing} />);
  await expect.element(page.getByRole("heading", { name: "No experiments yet" })).toBeVisible();
  await expect
    .element(page.getByText(`MLFLOW_TRACKING_URI=${location.origin}`, { exact: false }))
    .toBeVisible();
});

test("a failure says why and can be tried again", async () => {
  let broken = true;
  serve({
    [LIST]: () =>
      broken ? failure(503, "SERVICE_UNAVAILABLE", "It is being moved.") : pageOf([anExperiment()]),
  });
  await renderPage(<ExperimentsPage view={{}} onView={nothing} />);
  await expect.element(page.getByRole("alert")).toMatchTextContent("It is being moved.");
  broken = false;
  await page.getByRole("button", { name: "Retry" }).click();
  await expect.element(page.getByRole("link", { name: "mix-ablation" })).toBeVisible();
});

const runs = [
  aRun({ id: "a".repeat(32), name: "one", params: { lr: "1e-4" }, metrics: { acc: 0.9, "val loss": "NaN" } }),
  aRun({ id: "b".repeat(32), name: "two", params: { lr: "2e-4" }, metrics: { acc: 0.8 } }),
];
const served = () => serve({ "GET /api/experiments/{id}": () => anExperiment(), [RUNS]: () => pageOf(runs) });

test("a table begins with what tells its runs apart, and asks for these columns only", async () => {
  const asked = served();
  await renderPage(<ExperimentPage onGo={() => {}} id="7" view={{}} onView={nothing} />);
  await expect.element(page.getByRole("columnheader", { name: "lr" })).toBeVisible();
  await expect.element(page.getByRole("row", { name: /one/ })).toMatchTextContent("NaN");
  expect(asked.of(RUNS).map(({ query }) => query.get("columns"))).toEqual([
    null,
    "name,params.lr,metrics.acc,metrics.`val loss`",
  ]);
});

test("columns are found by name, and added to those that are shown", async () => {
  served();
  const onView = vi.fn();
  await renderPage(<ExperimentPage onGo={() => {}} id="7" view={{ columns: ["status"] }} onView={onView} />);
  await page.getByRole("button", { name: "Columns" }).click();
  await expect.element(page.getByRole("searchbox", { name: "Find a column" })).toHaveFocus();
  await userEvent.keyboard("val");
  await page.getByRole("checkbox", { name: "val loss" }).click();
  expect(onView).toHaveBeenCalledWith({ columns: ["status", "metrics.val loss"] });
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("button", { name: "Columns" })).toHaveFocus();
});

test("the order of the server is asked for by the column's own name", async () => {
  const asked = served();
  const view = { columns: ["metrics.val loss"], sort: "metrics.val loss", order: "asc" as const };
  await renderPage(<ExperimentPage onGo={() => {}} id="7" view={view} onView={nothing} />);
  await vi.waitFor(() =>
    expect(asked.of(RUNS).map(({ query }) => query.get("sort"))).toContain("metrics.`val loss`"),
  );
  await expect
    .element(page.getByRole("columnheader", { name: "val loss" }))
    .toHaveAttribute("aria-sort", "ascending");
});

test("an event of the ledger brings the new run", async () => {
  const first = runs.slice(1);
  let list = first;
  serve({ "GET /api/experiments/{id}": () => anExperiment(), [RUNS]: () => pageOf(list) });
  const { world } = await renderPage(<ExperimentPage onGo={() => {}} id="7" view={{}} onView={nothing} />);
  await expect.element(page.getByRole("link", { name: "two" })).toBeVisible();
  list = runs;
  const time = new Date(0).toISOString();
  world.last.accept();
  world.last.say({ type: "hello", server_time: time, head: 4, heartbeat_s: 15 });
  world.last.say({
    type: "event",
    topic: "ledger",
    seq: 5,
    prev: 0,
    data: { seq: 5, at: time, kind: "run.created", entity: "run", entity_id: "a".repeat(32) },
  });
  await expect.element(page.getByRole("link", { name: "one" })).toBeVisible();
});
