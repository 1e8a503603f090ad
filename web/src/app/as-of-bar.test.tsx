import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { useAsOf } from "@/api/as-of";
import { renderPage } from "@/testing/render-page";
import { type Asked, failure, serve } from "@/testing/serve";
import { anEvent } from "@/testing/things";
import { RelativeTime } from "@/ui/time";
import AsOfBar from "./as-of-bar";

const EVENTS = "GET /api/events";
const STATE = "GET /api/state";

/** A ledger of ten events, a minute apart. */
const timeOf = (seq: number) => new Date(Date.parse("2026-11-20T12:00:00Z") + seq * 60_000).toISOString();
function serveLedger() {
  return serve({
    [EVENTS]: ({ query }: Asked) => {
      const since = Number(query.get("since") ?? 0);
      const until = Number(query.get("as_of")?.replace("seq:", "") ?? 10);
      const all = Array.from({ length: 10 }, (_, index) =>
        anEvent({ seq: index + 1, at: timeOf(index + 1) }),
      );
      const items = all
        .filter(({ seq }) => seq > since && seq <= until)
        .slice(0, Number(query.get("limit") ?? 100));
      return { items, upto: until, head: 10 };
    },
    [STATE]: () => ({ items: [], total: 0, total_exact: true, next_cursor: null, as_of_seq: 6 }),
  });
}

function Page() {
  const at = useAsOf();
  return (
    <>
      {at !== undefined && <AsOfBar at={at} />}
      <p>
        changed <RelativeTime time={timeOf(4)} />
      </p>
    </>
  );
}
const bar = () => page.getByRole("region", { name: "Time machine" });

test("the bar says which moment is shown, and times lie before it", async () => {
  serveLedger();
  await renderPage(<Page />, `/here?at=${timeOf(6)}`);
  await expect
    .element(bar().getByRole("status"))
    .toMatchTextContent(/^Showing 20 Nov 2026 .* · .* · read-only$/);
  await expect.element(page.getByText("changed 2 m ago")).toBeVisible();
});

test("an event is a moment too; one step goes to the next, and the way back is one button", async () => {
  serveLedger();
  const { history } = await renderPage(<Page />, "/here?at=seq:6&filter=a");
  await expect.element(bar().getByRole("status")).toMatchTextContent(/^Showing event 6, 20 Nov 2026 /);
  await bar().getByRole("button", { name: "One event on" }).click();
  await expect.element(bar().getByRole("status")).toMatchTextContent("Showing event 7");
  await userEvent.keyboard("<");
  await expect.element(bar().getByRole("status")).toMatchTextContent("Showing event 6");
  await userEvent.keyboard("<");
  await expect.element(bar().getByRole("status")).toMatchTextContent("Showing event 5");
  await bar().getByRole("button", { name: "Return to now" }).click();
  await expect.element(bar()).not.toBeInTheDocument();
  expect(history.location.search).toBe("?filter=a");
});

test("at the last event a step says so", async () => {
  serveLedger();
  await renderPage(<Page />, "/here?at=seq:10");
  await bar().getByRole("button", { name: "One event on" }).click();
  await expect.element(page.getByText("That was the last event")).toBeVisible();
});

test("what is no moment is said, and one that the server refuses", async () => {
  serve({ [EVENTS]: () => failure(422, "VALIDATION_ERROR", "as_of: lies behind the end of the ledger") });
  await renderPage(<AsOfBar at="yesterday-ish" />, "/here");
  await expect.element(page.getByText(/“yesterday-ish” is no moment/)).toBeVisible();
  await renderPage(<AsOfBar at="seq:99" />, "/here");
  await expect.element(page.getByText("This moment cannot be shown: event 99")).toBeVisible();
});
