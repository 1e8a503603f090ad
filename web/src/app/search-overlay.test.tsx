import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { SearchHit } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { type Asked, serve } from "@/testing/serve";
import SearchOverlay, { pathOfHit } from "./search-overlay";

const aHit = (values: Partial<SearchHit>): SearchHit =>
  ({ entity: "run", id: "8f3a", name: "mix4", title: null, url: null, ...values }) as SearchHit;
const hits = [
  aHit({ id: "8f3a", name: "mix4-lr3" }),
  aHit({ entity: "deployment", id: "dep_1", name: "mix-chat" }),
];
const SEARCH = "GET /api/search";
const serveHits = () =>
  serve({ [SEARCH]: ({ query }: Asked) => ({ items: query.get("q") === "mix" ? hits : [] }) });

test("a hit leads to its page; what has none yet is left out", () => {
  expect(pathOfHit(aHit({ entity: "experiment", id: "7" }))).toBe("/experiments/7");
  expect(pathOfHit(aHit({ id: "8f3a" }))).toBe("/runs/8f3a/overview");
  expect(pathOfHit(aHit({ entity: "deployment", id: "dep_1" }))).toBe("/deployments/dep_1/overview");
  expect(pathOfHit(aHit({ entity: "model", id: "mdl_1" }))).toBe("/registry/mdl_1");
  expect(pathOfHit(aHit({ entity: "model_version", id: "mdl_1/3" }))).toBe("/registry/mdl_1/v/3");
  expect(pathOfHit(aHit({ entity: "logged_model", id: "m" }))).toBeNull();
});

test("arrows choose, round at the ends, and Enter opens what is chosen", async () => {
  serveHits();
  const close = vi.fn();
  const { history } = await renderPage(<SearchOverlay onClose={close} />);
  await expect.element(page.getByRole("combobox", { name: "Search" })).toHaveFocus();
  await userEvent.keyboard("mix");
  await expect
    .element(page.getByRole("option", { name: /mix4-lr3/ }))
    .toHaveAttribute("aria-selected", "true");
  await userEvent.keyboard("{ArrowUp}");
  await expect
    .element(page.getByRole("option", { name: /mix-chat/ }))
    .toHaveAttribute("aria-selected", "true");
  await userEvent.keyboard("{Enter}");
  expect(close).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(history.location.pathname).toBe("/deployments/dep_1/overview"));
});

test("pages are found by name, and what is found nowhere is said", async () => {
  serveHits();
  await renderPage(<SearchOverlay onClose={() => {}} />);
  await userEvent.keyboard("deploy");
  await expect.element(page.getByRole("option", { name: /Deployments/ })).toBeVisible();
  await userEvent.keyboard("-nothing");
  await expect.element(page.getByText("Nothing is called “deploy-nothing”.")).toBeVisible();
});
