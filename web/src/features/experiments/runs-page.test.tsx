import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { anExperiment, aRun } from "@/testing/things";
import type { RunListView } from "./run-list-view";
import { RunsPage } from "./runs-page";

const RUNS = "GET /api/runs";
const COLUMNS = "GET /api/runs/columns";
const STOP = "POST /api/training/jobs/{id}/stop";
const ids = ["a", "b", "c"].map((letter) => letter.repeat(32));
const [running, ended, foreign] = [
  aRun({ id: ids[0], name: "driven", status: "running", job_id: "job_1", ended_at: null }),
  aRun({ id: ids[1], name: "ended", status: "succeeded", job_id: "job_2" }),
  aRun({ id: ids[2], name: "elsewhere", status: "running", job_id: null, ended_at: null }),
];
const served = (more: Parameters<typeof serve>[0] = {}) =>
  serve({
    [RUNS]: ({ query }) => {
      const filter = query.get("filter");
      return pageOf(
        [running, ended, foreign].filter(({ id }) => filter === null || filter.includes(`'${id}'`)),
      );
    },
    [COLUMNS]: () => pageOf([{ kind: "metric", key: "val loss", column: "metrics.`val loss`" }]),
    "GET /api/experiments/{id}": () => anExperiment(),
    "POST /api/runs/compare": () => failure(404, "NOT_FOUND", "Not now."),
    ...more,
  });

function show(view: RunListView, onView = vi.fn()) {
  return renderPage(<RunsPage project="default" view={view} onView={onView} onGo={onView} />);
}

test("runs of all experiments come with their experiment's name and the columns asked for, no others", async () => {
  const asked = served();
  await show({ columns: ["experiment_id", "metrics.val loss"], sort: "metrics.val loss", order: "asc" });
  await expect.element(page.getByRole("row", { name: /driven/ })).toMatchTextContent("mix-ablation");
  expect(asked.of("GET /api/experiments/{id}")).toHaveLength(1);
  const { query } = asked.of(RUNS)[0] ?? { query: new URLSearchParams() };
  expect(query.get("columns")).toBe("name,metrics.`val loss`");
  expect([query.get("sort"), query.get("project")]).toEqual(["metrics.`val loss`", "default"]);
});

test("the filter is completed with the names that the project's runs have", async () => {
  const asked = served();
  const onView = vi.fn();
  await show({}, onView);
  const field = page.getByRole("combobox", { name: "Filter runs" });
  await userEvent.type(field, "metrics.val");
  await page.getByRole("option", { name: /val loss/ }).click();
  await userEvent.keyboard("< 1{Enter}");
  expect(onView).toHaveBeenLastCalledWith({ filter: "metrics.`val loss` < 1" });
  expect(Object.fromEntries(asked.of(COLUMNS).at(-1)?.query ?? [])).toMatchObject({
    ...{ q: "val", kind: "metric", project: "default" },
  });
});

test("runs that were put aside are listed by themselves, to be restored", async () => {
  const asked = served({
    "POST /api/runs/{id}/restore": () => aRun(),
    [RUNS]: ({ query }) => pageOf(query.get("lifecycle") === "deleted" ? [ended] : []),
  });
  const onView = vi.fn();
  await show({ archived: true, sel: [ids[1] as string] }, onView);
  await expect.element(page.getByRole("row", { name: /ended/ })).toBeVisible();
  await page.getByRole("button", { name: "Restore…" }).click();
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await vi.waitFor(() => expect(onView).toHaveBeenLastCalledWith({ sel: undefined }));
  expect(asked.of("POST /api/runs/{id}/restore")[0]?.params.id).toBe(ids[1]);
  await page.getByRole("button", { name: "Archived" }).click();
  expect(onView).toHaveBeenLastCalledWith({ archived: undefined, sel: undefined });
});

test("selected runs are stopped where a job drives them; the others stay selected, each with its reason", async () => {
  const asked = served({ [STOP]: () => ({}) });
  const onView = vi.fn();
  await show({ sel: ids }, onView);
  await page.getByRole("button", { name: "Stop…" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop 1 run?" });
  const left = dialog.getByRole("listitem");
  await expect.element(left.first()).toMatchTextContent("ended It has ended: succeeded.");
  await expect.element(left.last()).toMatchTextContent(/elsewhere No job of the Studio drives it/);
  await dialog.getByRole("button", { name: "Stop 1 run" }).click();
  await vi.waitFor(() => expect(onView).toHaveBeenLastCalledWith({ sel: [ids[1], ids[2]] }));
  expect(asked.of(STOP).map(({ params }) => params.id)).toEqual(["job_1"]);
});

test("what is selected stays so when a filter hides it, and is counted", async () => {
  served({ [RUNS]: () => pageOf([running]) });
  await show({ filter: "status = 'running'", sel: ids.slice(0, 2) });
  await expect.element(page.getByText("2 selected, 1 hidden")).toBeVisible();
});

test("a run that the server refuses to stop says why", async () => {
  served({ [STOP]: () => failure(409, "RESOURCE_CONFLICT", "The job has ended already.") });
  const onView = vi.fn();
  await show({ sel: [ids[0] as string] }, onView);
  await page.getByRole("button", { name: "Stop…" }).click();
  await page.getByRole("button", { name: "Stop 1 run" }).click();
  const refused = page.getByRole("dialog", { name: "1 run not stopped" });
  await expect.element(refused).toMatchTextContent(/driven The job has ended already/);
  expect(onView).toHaveBeenLastCalledWith({ sel: [ids[0]] });
});

test("a tag is taken back: what was there before comes again", async () => {
  const asked = served({
    "PATCH /api/runs/{id}": () => aRun(),
    [RUNS]: ({ query }) =>
      pageOf(query.has("filter") ? [{ ...running, tags: { team: "vision" } }, ended] : [running, ended]),
  });
  await show({ sel: ids.slice(0, 2) });
  await page.getByRole("button", { name: "Tag…" }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("team");
  await page.getByRole("textbox", { name: "Value" }).fill("text");
  await page.getByRole("button", { name: "Tag", exact: true }).click();
  await page.getByRole("button", { name: /^Undo/ }).last().click();
  const tags = () => asked.of("PATCH /api/runs/{id}").map(({ body }) => (body as { tags: object }).tags);
  await vi.waitFor(() => expect(tags()).toHaveLength(4));
  expect(tags().slice(2)).toEqual([{ team: "vision" }, { team: null }]);
});
