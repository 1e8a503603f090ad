import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { SavedView } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { SavedViews } from "./saved-views";

const view: SavedView = {
  ...{ id: "viw_1", version: 3, project: "default", name: "best", page: "experiment", about: null },
  ...{ parameters: { filter: "metrics.acc > 0.9", columns: ["metrics.acc"] }, visibility: "shared" },
  ...{ owner: "user:local", created_at: "2026-11-20T12:00:00Z", updated_at: "2026-11-20T12:00:00Z" },
};

test("the button names the view that is shown; another one is opened, changed and taken back", async () => {
  const written: unknown[] = [];
  const served = serve({
    "GET /api/saved-views": () => pageOf([view]),
    "PATCH /api/saved-views/{id}": ({ body, headers }) => {
      written.push([body, headers.get("if-match")]);
      return view;
    },
  });
  const onOpen = vi.fn();
  const parameters = { columns: ["metrics.acc"], filter: "metrics.acc > 0.9", group: undefined };
  const { screen } = await renderPage(
    <SavedViews page="experiment" about="7" parameters={parameters} onOpen={onOpen} />,
  );
  await page.getByRole("button", { name: "best", exact: true }).click();
  expect(served.of("GET /api/saved-views")[0]?.query.get("about")).toBe("7");
  await page.getByRole("button", { name: "best shared" }).click();
  expect(onOpen).toHaveBeenCalledWith(view.parameters);
  await screen.unmount();
  await renderPage(
    <SavedViews page="experiment" parameters={{ filter: "status = 'failed'" }} onOpen={onOpen} />,
  );
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Actions of best" }).click();
  await page.getByRole("menuitem", { name: "Save what is shown in it" }).click();
  await expect.poll(() => written).toEqual([[{ parameters: { filter: "status = 'failed'" } }, '"3"']]);
});

test("a name that is taken is told in the dialog, and what was typed stays", async () => {
  const bodies: unknown[] = [];
  serve({
    "GET /api/saved-views": () => pageOf([]),
    "POST /api/saved-views": ({ body }) => {
      bodies.push(body);
      return failure(409, "RESOURCE_CONFLICT", "A view of this page is named so.");
    },
  });
  await renderPage(<SavedViews page="runs" parameters={{ sort: "name" }} onOpen={() => {}} />);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save as a new view…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("best");
  await page.getByRole("checkbox", { name: /Shared/ }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect.element(page.getByRole("alert")).toMatchTextContent("A view of this page is named so.");
  await expect.element(page.getByRole("textbox", { name: "Name" })).toHaveValue("best");
  expect(bodies).toEqual([
    { name: "best", page: "runs", parameters: { sort: "name" }, visibility: "shared" },
  ]);
});
