import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { type Asked, failure, serve } from "@/testing/serve";
import { aRun } from "@/testing/things";
import { ComparePanel } from "./compare-panel";

const runs = [
  aRun({ id: "a".repeat(32), name: "one", params: { lr: "1e-4", batch: "512" }, metrics: { acc: 0.9 } }),
  aRun({ id: "b".repeat(32), name: "two", params: { lr: "2e-4", batch: "512" }, metrics: {} }),
];
const ids = runs.map(({ id }) => id);
const found = ({ params }: Asked) =>
  runs.find(({ id }) => id === params.id) ?? failure(404, "RESOURCE_NOT_FOUND", "It is gone.");

test("of params only those that differ are shown, of the others how many; a metric that is missing is a dash", async () => {
  serve({ "GET /api/runs/{id}": found });
  await renderPage(<ComparePanel runs={ids} onClose={() => {}} />);
  await expect
    .element(page.getByRole("columnheader").getByRole("link", { name: "two" }))
    .toHaveAttribute("href", `/runs/${ids[1]}/overview`);
  await expect.element(page.getByRole("row", { name: /lr/ })).toMatchTextContent(/1e-4\s*2e-4/);
  await expect.element(page.getByRole("row", { name: /batch/ })).not.toBeInTheDocument();
  await expect.element(page.getByRole("row", { name: /1 param alike/ })).toBeVisible();
  await expect.element(page.getByRole("row", { name: /acc/ })).toMatchTextContent(/0\.9\d*\s*—/);
  await page.getByRole("checkbox", { name: "Only differences" }).click();
  await expect.element(page.getByRole("row", { name: /batch/ })).toMatchTextContent(/512\s*512/);
});

test("a run that cannot be read says so in the panel", async () => {
  serve({ "GET /api/runs/{id}": found });
  await renderPage(<ComparePanel runs={[...ids, "c".repeat(32)]} onClose={() => {}} />);
  const panel = page.getByRole("region", { name: "Compare runs" });
  await expect.element(panel.getByRole("alert")).toMatchTextContent("It is gone.");
});
