import { useState } from "react";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { type Asked, serve } from "@/testing/serve";
import { aRun } from "@/testing/things";
import { type LogsView, RunLogs } from "./logs-page";
import { RunLiveProvider } from "./run-live-context";

const run = aRun({ status: "running", ended_at: null, job_id: null });
const lineOf = (line: number) => ({
  line,
  time: new Date(Date.UTC(2026, 10, 20, 12, 0, line)).toISOString(),
  level: line % 10 === 0 ? "error" : "info",
  stream: "stdout",
  source: "",
  attempt: 1,
  text: `line number ${line}`,
  fields: null,
});

/** A log on a server of ours that grows when the test says so. */
class Log {
  total = 100;

  routes() {
    return {
      "GET /api/runs/{id}": () => run,
      "GET /api/runs/{id}/logs": (asked: Asked) => this.page(asked),
      "GET /api/runs/{id}/logs/hits": (asked: Asked) => ({
        lines: this.matching(asked).map(({ line }) => line),
        scanned: this.total,
        next_from_line: null,
      }),
      "GET /api/runs/{id}/logs/histogram": () => ({ start: null, width_s: 1, levels: {} }),
    };
  }

  private matching({ query }: Asked) {
    const levels = query.getAll("level");
    const q = query.get("q");
    return Array.from({ length: this.total }, (_, index) => lineOf(index + 1)).filter(
      ({ level, text }) =>
        (levels.length === 0 || levels.includes(level)) && (q === null || text.includes(q)),
    );
  }

  private page(asked: Asked) {
    const from = Number(asked.query.get("from_line") ?? 1);
    const limit = Number(asked.query.get("limit"));
    return {
      items: this.matching(asked)
        .filter(({ line }) => line >= from)
        .slice(0, limit),
      next_cursor: null,
      prev_cursor: null,
      first_line: this.total === 0 ? null : 1,
      total: this.total,
      levels: { error: Math.floor(this.total / 10), info: this.total - Math.floor(this.total / 10) },
    };
  }
}

/** The log with the chosen line in an address, as the route keeps it. */
function Addressed({ view, onView, first }: { view: LogsView; onView: () => void; first: number | null }) {
  const [line, setLine] = useState(first);
  return <RunLogs id={run.id} view={view} onView={onView} line={line} onLine={setLine} />;
}

async function show(log: Log, view: LogsView = {}, line: number | null = null) {
  serve(log.routes());
  const onView = vi.fn();
  const { world } = await renderPage(
    <RunLiveProvider runId={run.id}>
      <div style={{ display: "flex", height: 500, width: 1000 }}>
        <Addressed view={view} onView={onView} first={line} />
      </div>
    </RunLiveProvider>,
  );
  await vi.waitFor(() => expect(world.last.url).toContain("/ws/runs/"));
  return { onView, world };
}

const grid = () => page.getByRole("grid", { name: "Log lines" });

test("a log that is being written is followed, and what comes stands at its end once", async () => {
  const log = new Log();
  const { world } = await show(log);
  await expect.element(page.getByText("line number 100")).toBeVisible();
  const { fields, ...next } = lineOf(101);
  log.total = 101;
  world.last.accept();
  world.last.say({ type: "log_line", seq: 101, prev: 100, data: { ...next, truncated: false } });
  await expect.element(page.getByText("line number 101")).toBeVisible();
  await expect.element(grid()).toHaveAttribute("aria-rowcount", "101");
  await expect.element(page.getByRole("button", { name: /^Info/ })).toMatchTextContent("91");
});

test("a level alone narrows the lines; they keep their numbers", async () => {
  await show(new Log(), { level: ["error"] });
  await expect.element(grid()).toHaveAttribute("aria-rowcount", "10");
  await expect.element(grid().getByRole("row").first()).toMatchTextContent("10");
  await expect.element(grid().getByRole("row").first()).toMatchTextContent("line number 10");
});

test("a search marks hits among all lines, and goes through them", async () => {
  await show(new Log(), { q: "number 9" }, 50);
  await expect.element(page.getByText("11 matches")).toBeVisible();
  await expect.element(grid()).toHaveAttribute("aria-rowcount", "100");
  await page.getByRole("button", { name: "Next match" }).click();
  await expect.element(page.getByText("2 of 11")).toBeVisible();
  await expect.element(page.getByRole("complementary", { name: "Line 90" })).toBeVisible();
  await page.getByRole("button", { name: "Previous match" }).click();
  await page.getByRole("button", { name: "Previous match" }).click();
  await expect.element(page.getByText("11 of 11")).toBeVisible();
});

test("alt-click on a level leaves it alone, the last one lifts the filter", async () => {
  const { onView } = await show(new Log(), { level: ["error"] });
  await page.getByRole("button", { name: /^Info/ }).click({ modifiers: ["Alt"] });
  expect(onView).toHaveBeenLastCalledWith({ level: ["info"] });
  await page.getByRole("button", { name: /^Error/ }).click();
  expect(onView).toHaveBeenLastCalledWith({ level: undefined });
});

test("an empty log says what will be here", async () => {
  const log = new Log();
  log.total = 0;
  await show(log);
  await expect.element(page.getByRole("heading", { name: "No output yet" })).toBeVisible();
});
