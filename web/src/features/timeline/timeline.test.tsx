import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { ChangePage } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { type Asked, serve } from "@/testing/serve";
import { anEvent, anItem } from "@/testing/things";
import { asText } from "./changes-part";
import { TimelinePage } from "./timeline-page";

const START = Date.now() - 3_600_000;
const at = (seq: number, count: number) => new Date(START + (seq * 3_600_000) / (count + 1)).toISOString();

const CHANGES: ChangePage = {
  from: { seq: 2, at: "2026-11-20T12:00:00Z" },
  to: { seq: 5, at: "2026-11-20T12:10:00Z" },
  items: [
    {
      entity: "instance",
      entity_id: "7",
      name: "chat",
      project: "default",
      change: "updated",
      changes: { replicas: { old: 1, new: 4, seq: 5 }, updated_at: { old: "a", new: "b", seq: 5 } },
      events: 2,
      last: {
        seq: 5,
        at: "2026-11-20T12:10:00Z",
        kind: "instance.updated",
        actor: "user:mina",
        reason: "promote",
      },
    },
  ],
  total: 1,
  total_exact: true,
  next_cursor: null,
};

/** A ledger of some events in the last hour, on two lanes. */
function serveLedger(count: number, more: Parameters<typeof serve>[0] = {}) {
  const items = Array.from({ length: count }, (_, index) =>
    anItem({
      seq: index + 1,
      time: at(index + 1, count),
      lane: index % 2 === 0 ? "instances" : "deploys",
      title: `Thing ${index + 1} updated: replicas 1 → 2`,
      actor: index % 2 === 0 ? "user:mina" : "user:ravi",
    }),
  ).reverse();
  return serve({
    "GET /api/events": ({ query }: Asked) => {
      const since = Number(query.get("since") ?? 0);
      const all = Array.from({ length: count }, (_, index) =>
        anEvent({ seq: index + 1, at: at(index + 1, count) }),
      );
      return {
        items: all.filter(({ seq }) => seq > since).slice(0, Number(query.get("limit"))),
        upto: count,
        head: count,
      };
    },
    "GET /api/timeline": () => ({
      from: at(0, count),
      to: at(count, count),
      lanes: [
        { lane: "deploys", total: Math.floor(count / 2) },
        { lane: "instances", total: Math.ceil(count / 2) },
      ],
      items,
      next_cursor: null,
      total: count,
    }),
    "GET /api/changes": () => CHANGES,
    "GET /api/state": () => ({ seq: 3, at: at(3, count), head: count, counts: { instance: 12 }, links: {} }),
    ...more,
  });
}
const marks = () => page.getByTestId("time-warp-timeline").getByRole("button");

test("events stand on their lanes and in the list; Enter pins, arrows go along the lane", async () => {
  serveLedger(6);
  const onView = vi.fn();
  await renderPage(<TimelinePage view={{}} onView={onView} />);
  await expect.element(marks().first()).toBeVisible();
  expect(marks().elements()).toHaveLength(6);
  await expect
    .element(page.getByRole("row", { name: /Thing 6 updated/ }))
    .toMatchTextContent("replicas 1 → 2");
  // One stop of the tab key.
  expect(
    marks()
      .elements()
      .filter((mark) => mark.getAttribute("tabindex") === "0"),
  ).toHaveLength(1);
  const named = (seq: number) =>
    page.getByTestId("time-warp-timeline").getByRole("button", { name: new RegExp(`Thing ${seq} `) });
  (named(6).element() as unknown as HTMLElement).focus();
  await userEvent.keyboard("{ArrowLeft}");
  await expect.element(named(4)).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(onView).toHaveBeenLastCalledWith({ pins: ["4"] });
});

test("thousands of events are few marks, and every one is counted", async () => {
  serveLedger(2000);
  await renderPage(<TimelinePage view={{}} onView={() => {}} />);
  await expect.element(marks().first()).toBeVisible();
  const found = marks().elements();
  expect(found.length).toBeLessThanOrEqual(300);
  const counted = found.map((mark) =>
    Number(/^([\d,]+) events/.exec(mark.getAttribute("aria-label") ?? "")?.[1]?.replace(",", "") ?? 1),
  );
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(2000);
});

test("the overview draws all of a long ledger as the server counted it", async () => {
  const inParts = (counts: Record<number, number>) =>
    Array.from({ length: 200 }, (_, part) => counts[part] ?? 0);
  const served = serveLedger(6, {
    "GET /api/timeline": ({ query }: Asked) => {
      const lanes = [
        { lane: "deploys", total: 234_567, bins: inParts({ 0: 117_283, 199: 117_284 }) },
        { lane: "instances", total: 1_000_000, bins: inParts({ 0: 499_999, 100: 500_001 }) },
      ];
      const isCounted = query.get("bins") === "200";
      const page = { from: at(0, 6), to: at(6, 6), items: [], next_cursor: null };
      return { ...page, lanes: isCounted ? lanes : [], total: isCounted ? 1_234_567 : 0 };
    },
  });
  await renderPage(<TimelinePage view={{}} onView={() => {}} />);
  const overview = page.getByRole("img", { name: /^1,234,567 events from / });
  await expect.element(overview).toBeVisible();
  const drawn = overview.element().querySelector("path")?.getAttribute("d") ?? "";
  const heights = [...drawn.matchAll(/v(-[\d.]+)/g)].map(([, height]) => Number(height));
  expect(heights).toHaveLength(3);
  expect(heights.map((height) => Math.round(height))).toEqual([-32, -26, -6]);
  expect(served.of("GET /api/timeline").filter(({ query }) => query.has("bins"))).toHaveLength(1);
});

test("two pins show what changed in between; a third takes the place of the second", async () => {
  const served = serveLedger(6);
  const onView = vi.fn();
  await renderPage(<TimelinePage view={{ pins: ["2", "5"] }} onView={onView} />);
  await expect.element(page.getByTestId("pinned-count")).toMatchTextContent("2 pinned");
  const changes = page.getByRole("region", { name: "Changes between A and B" });
  await expect.element(changes).toMatchTextContent(/instance chat.*replicas 1 → 4.*mina.*promote/);
  expect(served.of("GET /api/changes")[0]?.query.get("from")).toBe("seq:2");
  await page
    .getByTestId("time-warp-timeline")
    .getByRole("button", { name: /Thing 4 / })
    .click();
  expect(onView).toHaveBeenLastCalledWith({ pins: ["2", "4"] });
});

test("what lies behind the shown moment is dim on the lanes and not in the list", async () => {
  serveLedger(6);
  await renderPage(<TimelinePage view={{}} onView={() => {}} />, "/here?at=seq:3");
  await expect.element(page.getByRole("row", { name: /Thing 3 updated/ })).toBeVisible();
  await expect.element(page.getByRole("row", { name: /Thing 4 updated/ })).not.toBeInTheDocument();
  await expect.element(page.getByRole("region", { name: "Moment" })).toMatchTextContent(/instance12/);
  expect(document.querySelectorAll("[data-later]")).toHaveLength(3);
});

test("the name of a changed field stays in one piece beside long values", async () => {
  const value = "Answers questions about orders in the evening, for team ";
  const changes = { description: { old: `${value} 7`, new: `${value} 8` } };
  const items = Array.from({ length: 6 }, (_, index) =>
    anEvent({ seq: index + 1, at: at(index + 1, 6), changes }),
  );
  serveLedger(6, { "GET /api/events": () => ({ items, upto: 6, head: 6 }) });
  await renderPage(<TimelinePage view={{}} onView={() => {}} />, "/here?at=seq:3");
  const name = page.getByRole("rowheader", { name: "description" });
  await expect.element(name).toBeVisible();
  const text = document.createRange();
  text.selectNodeContents(name.element());
  expect(text.getClientRects()).toHaveLength(1);
});

test("a filter leaves what it names, on lanes and in the list", async () => {
  serveLedger(6);
  await renderPage(<TimelinePage view={{ actor: "user:ravi" }} onView={() => {}} />);
  await expect.element(page.getByRole("row", { name: /Thing 6 updated/ })).toBeVisible();
  await expect.element(page.getByRole("row", { name: /Thing 5 updated/ })).not.toBeInTheDocument();
  expect(marks().elements()).toHaveLength(3);
});

test("changes as text: a line for each entity", () => {
  expect(asText(CHANGES)).toBe(
    [
      "Changes between #2 (2026-11-20T12:00:00Z) and #5 (2026-11-20T12:10:00Z):",
      '- instance chat: replicas 1 → 4 (#5, mina, "promote")',
    ].join("\n"),
  );
});
