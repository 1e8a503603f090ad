import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { errorFromResponse } from "@/api/errors";
import { renderPage } from "@/testing/render-page";
import { failure } from "@/testing/serve";
import { LoadedPage } from "./page-states";

const above = [{ label: "Experiments", link: { to: "/experiments" } }] as const;
const show = (query: { data?: string; error?: Error }) =>
  renderPage(
    <LoadedPage
      query={{ data: query.data, error: query.error ?? null, refetch: () => {} }}
      kind="Run"
      above={above}
    >
      {(name) => <h1>{name}</h1>}
    </LoadedPage>,
  );

test("a page has a heading while its thing is on its way, and when it does not come", async () => {
  await show({});
  await expect.element(page.getByRole("heading", { level: 1, name: "Run" })).toBeVisible();
  await expect.element(page.getByRole("status", { name: "Loading" })).toBeVisible();
});

test("what does not exist is named under it", async () => {
  const answer = failure(404, "RESOURCE_NOT_FOUND", "There is none.");
  await show({ error: errorFromResponse(answer, await answer.json()) });
  await expect.element(page.getByRole("heading", { level: 1, name: "Run" })).toBeVisible();
  await expect.element(page.getByRole("heading", { level: 2, name: "The run was not found" })).toBeVisible();
  expect(document.title).toContain("Run");
});

test("the thing's own heading stands in its place", async () => {
  await show({ data: "mix4-lr3" });
  await expect.element(page.getByRole("heading", { level: 1, name: "mix4-lr3" })).toBeVisible();
  expect(document.querySelectorAll("h1")).toHaveLength(1);
});
