import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-react";
import { serve } from "@/testing/serve";
import { ActorName } from "./actors";

afterEach(cleanup);

const show = (references: string[]) =>
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      {references.map((reference, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they stay where they are
        <p key={index}>
          <ActorName reference={reference} />
        </p>
      ))}
    </QueryClientProvider>,
  );
const texts = () => [...document.querySelectorAll("p")].map((one) => one.textContent);

test("tokens are called by their names, all of a page by one question; the reference is the title", async () => {
  const served = serve({
    "GET /api/actors": () => ({ items: [{ ref: "token:tok_a", name: "nightly import" }] }),
  });
  await show(["token:tok_a", "user:mina", "token:tok_unknown", "token:tok_a", ""]);
  await expect.element(page.getByText("nightly import").first()).toHaveAttribute("title", "token:tok_a");
  expect(texts()).toEqual(["nightly import", "mina", "token:tok_unknown", "nightly import", "—"]);
  expect(served.of("GET /api/actors").map(({ query }) => query.get("ids"))).toEqual([
    "token:tok_a,token:tok_unknown",
  ]);
});

test("without an answer the reference stands there", async () => {
  const served = serve({ "GET /api/actors": () => new Response("no", { status: 500 }) });
  await show(["token:tok_a"]);
  await expect.poll(() => served.of("GET /api/actors").length).toBe(1);
  expect(texts()).toEqual(["token:tok_a"]);
});
