import { expect, test } from "vitest";
import { page } from "vitest/browser";
import type { Approval } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { type Asked, failure, pageOf, serve } from "@/testing/serve";
import { aDeployment, anApproval, anItem, aRun } from "@/testing/things";
import { DashboardPage } from "./dashboard-page";

const NO_FLEET = { total: 0, status: {}, priority: {}, clusters: [], models: [], replicas: 0 };
const RUNS = "GET /api/runs";
const DEPLOYMENTS = "GET /api/deployments";
const FLEET = "GET /api/instances/summary";
const INSTANCES = "GET /api/instances";
const TIMELINE = "GET /api/timeline";
const APPROVALS = "GET /api/approvals";
const decisions = ({ title }: Approval) => <button type="button">{`Decide: ${title}`}</button>;

const empty = {
  [RUNS]: () => ({ ...pageOf([]), facets: { status: {} } }),
  [DEPLOYMENTS]: () => pageOf([]),
  [FLEET]: () => NO_FLEET,
  [INSTANCES]: () => [],
  [APPROVALS]: () => pageOf([]),
  [TIMELINE]: () => ({ from: "", to: "", lanes: [], items: [], next_cursor: null, total: 0 }),
};
const busy = {
  [APPROVALS]: () => pageOf([anApproval()]),
  [RUNS]: ({ query }: Asked) =>
    query.has("facets")
      ? { ...pageOf([aRun()], 7), facets: { status: { running: 2, failed: 1, succeeded: 4 } } }
      : pageOf([aRun({ status: "failed", status_reason: "CUDA out of memory" })]),
  [DEPLOYMENTS]: ({ query }: Asked) =>
    query.get("filter")?.includes("degraded")
      ? pageOf([aDeployment({ state: "degraded", reason: "1 of 2 answers", environment: "production" })])
      : pageOf([], query.get("filter")?.includes("'ready'") ? 3 : 0),
  [FLEET]: () => ({
    total: 1200,
    status: { active: 1100, pending: 60, error: 1, inactive: 39 },
    priority: {},
    clusters: [{ name: "gpu-1", count: 1200 }],
    models: [{ name: "chat-7b", count: 1200 }],
    replicas: 4000,
  }),
  [INSTANCES]: () =>
    Response.json(
      [
        {
          id: 7,
          name: "chat",
          model_name: "chat-7b",
          cluster_name: "gpu-1",
          priority: "critical",
          status: "error",
          updated_at: "2026-11-20T12:00:00Z",
        },
      ],
      { headers: { "x-total-count": "1" } },
    ),
  [TIMELINE]: () => ({
    from: "",
    to: "",
    lanes: [],
    items: [anItem({ reason: "promote" })],
    next_cursor: null,
    total: 1,
  }),
};
const tile = (name: string) => page.getByRole("region", { name, exact: true });

test("every number leads to the list that it counts", async () => {
  serve(busy);
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  await expect.element(tile("Instances")).toMatchTextContent(/1,200.*4,000 replicas on 1 cluster/);
  const link = (name: string, within: string) => tile(within).getByRole("link", { name });
  await expect.element(link("error 1", "Instances")).toHaveAttribute("href", "/instances?status=error");
  await expect
    .element(link("failed 1", "Runs"))
    .toHaveAttribute("href", expect.stringMatching(/^\/runs\?filter=.*failed/));
  await expect
    .element(link("in trouble 1", "Deployments"))
    .toHaveAttribute("href", expect.stringMatching(/^\/deployments\?filter=.*degraded/));
});

test("what went wrong is ranked, and nothing else is", async () => {
  serve(busy);
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  const items = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem");
  await expect.element(items.first()).toMatchTextContent("Instance chat is in error");
  expect(items.elements().map((item) => item.querySelector("p")?.textContent)).toEqual([
    "Instance chat is in error",
    "Deployment adder is degraded: 1 of 2 answers",
    "Approval is asked for: router version 2: staging → production",
    "Run mix4-lr3 failed: CUDA out of memory",
  ]);
});

test("what waits for approval leads to its version and is decided where it stands", async () => {
  serve(busy);
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  const item = page.getByRole("listitem").filter({ hasText: "Approval is asked for" });
  await expect.element(item.getByRole("link")).toHaveAttribute("href", "/registry/mdl_0123456789ab/v/2");
  await expect.element(item.getByRole("button", { name: /^Decide: router version 2/ })).toBeVisible();
});

test("what is not known is no zero, and only its own part fails", async () => {
  serve({
    ...busy,
    [FLEET]: () => failure(503, "BUSY", "The database is busy."),
    [INSTANCES]: () => failure(503, "BUSY", "The database is busy."),
  });
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  await expect.element(tile("Instances").getByRole("alert")).toMatchTextContent("The database is busy.");
  await expect.element(tile("Instances")).not.toMatchTextContent("0");
  await expect.element(tile("Runs")).toMatchTextContent("7");
  const attention = page.getByRole("region", { name: "Needs attention" });
  await expect
    .element(attention.getByRole("alert"))
    .toMatchTextContent("3 of 4 sources answered; instances did not");
  await expect.element(attention).toMatchTextContent("Deployment adder is degraded");
});

test("a new server says how to begin; a quiet one that it is quiet", async () => {
  serve(empty);
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  await expect
    .element(page.getByRole("region", { name: "First steps" }))
    .toMatchTextContent("studio run --server");
});

test("a fleet without trouble is all quiet", async () => {
  serve({ ...empty, [FLEET]: busy[FLEET] });
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />);
  await expect.element(page.getByText(/^All quiet/)).toBeVisible();
});

test("of the past everything is asked as of the moment, and nobody is told how to begin", async () => {
  const served = serve(empty);
  await renderPage(<DashboardPage project={undefined} decisions={decisions} />, "/here?at=seq:12");
  await expect.element(page.getByText("There was no instance at that moment.")).toBeVisible();
  await expect.element(page.getByText("Nothing has been changed yet.")).toBeVisible();
  expect(served.asked.map(({ query }) => query.get("as_of"))).toEqual(served.asked.map(() => "seq:12"));
  await expect.element(page.getByRole("region", { name: "First steps" })).not.toBeInTheDocument();
});
