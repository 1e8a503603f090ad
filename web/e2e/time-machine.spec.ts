import type { Page } from "@playwright/test";
import type { Client } from "./support/studio";
import { expect, test, visit } from "./support/test";

interface Instance {
  id: number;
  version: number;
}

/** An instance that is made and then scaled twice; the answers tell when. */
async function makeHistory(api: Client, name: string): Promise<{ id: number; seqs: number[] }> {
  const { id } = await api.post<Instance>("/api/instances", {
    name,
    model_name: "chat-7b",
    cluster_name: "gpu-e2e",
    image_tag: "vllm:0.9",
    replicas: 1,
  });
  await api.post("/api/instances/bulk", { update: [{ id, replicas: 3 }] });
  await api.post("/api/instances/bulk", { update: [{ id, replicas: 5, status: "error" }] });
  const { items } = await api.get<{ items: { seq: number }[] }>(`/api/events?entity=instance:${id}`);
  return { id, seqs: items.map(({ seq }) => seq) };
}

const bar = (page: Page) => page.getByRole("region", { name: "Time machine" });
const atOf = (page: Page) => new URL(page.url()).searchParams.get("at");

test("a moment is chosen: the list is that of then, nothing can be changed, and now is one button away", async ({
  page,
  api,
  seeded,
}) => {
  const [event] = (
    await api.get<{ items: { seq: number }[] }>(`/api/events?entity=deployment:${seeded.deployment}`)
  ).items;
  const before = (event?.seq ?? 1) - 1;
  await visit(page, "/deployments");
  await expect(page.getByRole("link", { name: "adder" }).first()).toBeVisible();
  await page.keyboard.press("t");
  const dialog = page.getByRole("dialog", { name: "Time machine" });
  await dialog.getByRole("textbox", { name: "Moment" }).fill("tomorrow");
  await expect(dialog.getByText(/Not understood/)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Show this moment" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Moment" }).fill(`seq:${before}`);
  await page.keyboard.press("Enter");
  await expect(bar(page)).toContainText(/Showing event .* · read-only/);
  await expect(page.getByText("No deployments at that moment")).toBeVisible();

  // The next event made it; every link keeps the moment.
  await page.keyboard.press(">");
  await expect(page.getByRole("link", { name: "adder" }).first()).toBeVisible();
  await page.getByRole("link", { name: "adder" }).first().click();
  await expect(page).toHaveURL(`/deployments/${seeded.deployment}/overview?at=seq:${before + 1}`);
  await expect(page.getByText("0 ready of 1")).toBeVisible();
  const stop = page.getByRole("button", { name: "Stop" });
  await expect(stop).toHaveAttribute("aria-disabled", "true");
  await stop.click({ force: true });
  await expect(page.getByRole("dialog")).toHaveCount(0);

  // What only replicas can tell is not told of the past.
  const { head } = await api.get<{ head: number }>("/api/events?limit=1");
  await visit(page, `/deployments/${seeded.deployment}/endpoints?at=seq:${head}`);
  await expect(page.getByText(/answer for now only/)).toBeVisible();

  await bar(page).getByRole("button", { name: "Return to now" }).click();
  await expect(bar(page)).toHaveCount(0);
  await expect(page).toHaveURL(`/deployments/${seeded.deployment}/endpoints`);
  await page.goBack();
  await expect(bar(page)).toBeVisible();
});

test("a run of the past has the metrics and lines of then", async ({ page, api, seeded }) => {
  const { items } = await api.get<{ items: { seq: number; kind: string }[] }>(
    `/api/events?entity=run:${seeded.run}`,
  );
  const [made] = items;
  await visit(page, `/runs/${seeded.run}/overview?at=seq:${made?.seq}`);
  await expect(page.getByText("No metric has been logged yet.")).toBeVisible();
  await page.getByRole("tab", { name: /^Logs/ }).click();
  await expect(page.getByText("No output yet")).toBeVisible();
  await bar(page).getByRole("button", { name: "Return to now" }).click();
  await expect(page.getByRole("grid", { name: "Log lines" })).toBeVisible();
});

test("the timeline is stepped and played, and its address shows the same to everybody", async ({
  page,
  api,
}) => {
  const { seqs } = await makeHistory(api, "played");
  const [first, second, third] = seqs as [number, number, number];
  await visit(page, "/timeline?q=played");
  const rows = page.getByRole("table", { name: "Events" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await page.getByRole("link", { name: `Show this moment: event ${first}` }).click();
  await expect.poll(() => atOf(page)).toBe(`seq:${first}`);
  await expect(rows).toHaveCount(2);
  await page.getByRole("toolbar", { name: "Time" }).getByRole("button", { name: "One event on" }).click();
  await expect.poll(() => atOf(page)).toBe(`seq:${second}`);
  await page.getByRole("combobox", { name: "Speed" }).selectOption("10");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => atOf(page)).toBe(`seq:${third}`);
  // Behind the last event it stands still by itself.
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await page.reload();
  await expect(rows).toHaveCount(4);
  await expect(page.getByRole("region", { name: "Moment", exact: true })).toContainText("replicas");
});

test("two pins say what changed in between, by mouse and by keyboard", async ({ page, api, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { seqs } = await makeHistory(api, "pinned");
  const [first, , third] = seqs as [number, number, number];
  await visit(page, `/timeline?q=pinned&pins=${first}`);
  const lanes = page.getByTestId("time-warp-timeline");
  await expect(page.getByTestId("pinned-count")).toHaveText("1 pinned");
  // The events lie within a second: they are one mark, whose newest is pinned.
  await lanes.getByRole("button").last().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("pinned-count")).toHaveText("2 pinned");
  await expect(page).toHaveURL(new RegExp(`pins=${first},${third}`));
  const changes = page.getByRole("region", { name: "Changes between A and B" });
  await expect(changes).toContainText(/instance pinned.*replicas 1 → 5/);
  await changes.getByRole("button", { name: "Copy as text" }).click();
  await expect(changes.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("replicas 1 → 5");
});

test("the dashboard counts what there is, as it changes, and leads to it", async ({ page, api }) => {
  await visit(page, "/");
  const fleet = page.getByRole("region", { name: "Instances", exact: true });
  const errors = fleet.getByRole("link", { name: /^error/ });
  await expect(errors).toHaveText(/error \d+/);
  const before = Number(/\d+/.exec(await errors.innerText())?.[0]);
  await makeHistory(api, "counted");
  await expect(errors).toHaveText(`error ${before + 1}`);
  await expect(page.getByRole("region", { name: "Latest changes" })).toContainText(
    "Instance counted updated",
  );
  await expect(page.getByRole("region", { name: "Needs attention" })).toContainText(
    "Instance counted is in error",
  );
  await errors.click();
  await expect(page).toHaveURL(/\/instances\?.*status=error/);
  await page.keyboard.type("gd");
  await page
    .getByRole("region", { name: "Runs", exact: true })
    .getByRole("link", { name: /^failed/ })
    .click();
  await expect(page.getByRole("combobox", { name: "Filter runs" })).toHaveValue("status = 'failed'");
  await expect(page.getByRole("table", { name: "Runs" }).getByRole("row").nth(1)).toContainText("Failed");
});
