import { useState } from "react";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { type Asked, pageOf, serve } from "@/testing/serve";
import { aRun } from "@/testing/things";
import { type MetricsView, RunMetrics } from "./metrics-page";
import { RunLiveProvider } from "./run-live-context";

const run = aRun({ status: "running", ended_at: null });
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();

/** Metrics on a server of ours: each has as many points as the test says. */
function serveMetrics(points: Record<string, number>) {
  return serve({
    "GET /api/runs/{id}": () => run,
    "GET /api/runs/{id}/metrics/names": ({ query }: Asked) =>
      pageOf(
        Object.entries(points)
          .filter(([name]) => name.includes(query.get("q") ?? ""))
          .map(([name, step]) => ({ name, last: step, step, time: at(step), count: step })),
      ),
    "GET /api/runs/{id}/metrics": ({ query }: Asked) => ({
      series: query.getAll("name").map((name) => ({
        name,
        attempt: 1,
        resolution: { kind: "raw", width: 1 },
        points: Array.from({ length: points[name] ?? 0 }, (_, index) => ({
          step: index + 1,
          time: at(index + 1),
          value: index + 1,
        })),
      })),
    }),
  });
}

function Page({ first = {} }: { first?: MetricsView }) {
  const [view, setView] = useState(first);
  return (
    <RunLiveProvider runId={run.id}>
      <RunMetrics id={run.id} view={view} onView={(change) => setView((old) => ({ ...old, ...change }))} />
    </RunLiveProvider>
  );
}

const charts = () =>
  page
    .getByRole("figure")
    .elements()
    .map((chart) => chart.getAttribute("aria-label"));
const point = (name: string, step: number) => ({
  type: "metric_point",
  seq: step,
  prev: step - 1,
  data: { name, value: step, step, time: at(step), attempt: 1 },
});

test("points are drawn as they come, and a metric that is new has its chart by itself", async () => {
  const points: Record<string, number> = { loss: 3 };
  serveMetrics(points);
  const { world } = await renderPage(<Page />);
  await page.getByRole("button", { name: "View loss as table" }).click();
  await vi.waitFor(() => expect(world.last.url).toContain("/ws/runs/"));
  const rows = page.getByRole("figure", { name: "loss" }).getByRole("row");
  await expect.element(rows.nth(3)).toBeVisible();
  expect(rows.elements()).toHaveLength(4);
  world.last.accept();
  world.last.say({ type: "heartbeat", server_time: at(3), upto: { metric: 3 } }, point("loss", 4));
  // A table follows at most once a second.
  await expect.element(rows.nth(4)).toBeVisible();
  expect(rows.elements()).toHaveLength(5);

  points.acc = 5;
  world.last.say(point("acc", 5));
  await expect.element(page.getByRole("figure", { name: "acc" })).toBeVisible();
});

test("what is pinned stands first, in the order in which it was pinned", async () => {
  serveMetrics({ acc: 1, loss: 1, "val/loss": 1 });
  await renderPage(<Page />);
  await page.getByRole("button", { name: "Pin val/loss", exact: true }).click();
  await page.getByRole("button", { name: "Pin loss", exact: true }).click();
  await expect.element(page.getByRole("region", { name: "Pinned" })).toBeVisible();
  await vi.waitFor(() => expect(charts()).toEqual(["val/loss", "loss", "acc"]));
  await page.getByRole("button", { name: "Unpin val/loss", exact: true }).click();
  await page.getByRole("button", { name: "Unpin loss", exact: true }).click();
  await vi.waitFor(() => expect(charts()).toEqual(["acc", "loss", "val/loss"]));
});

test("another axis lifts the range, which meant places on the one before", async () => {
  const served = serveMetrics({ loss: 9 });
  await renderPage(<Page first={{ from: 2, to: 5 }} />);
  await expect.element(page.getByRole("button", { name: "Show the whole range" })).toBeVisible();
  await page.getByText("Relative", { exact: true }).click();
  await expect.element(page.getByRole("button", { name: "Show the whole range" })).not.toBeInTheDocument();
  expect(served.of("GET /api/runs/{id}/metrics").at(-1)?.query.get("x")).toBe("relative");
});

test("a search that finds nothing is not a run without metrics", async () => {
  serveMetrics({ loss: 1 });
  await renderPage(<Page first={{ q: "zzz" }} />);
  await expect.element(page.getByRole("heading", { name: "No metric matches" })).toBeVisible();
});
