import { expect, test } from "vitest";
import { page } from "vitest/browser";
import type { RunComparison } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { failure, serve } from "@/testing/serve";
import { aRun } from "@/testing/things";
import { ComparePanel } from "./compare-panel";

const runs = [aRun({ id: "a".repeat(32), name: "one" }), aRun({ id: "b".repeat(32), name: "two" })];
const ids = runs.map(({ id }) => id);
const told: RunComparison = {
  runs,
  reference: ids[0] as string,
  params: {
    items: [
      { key: "lr", values: ["1e-4", "2e-4"], differs: true },
      { key: "batch", values: ["512", "512"], differs: false },
    ],
    differing: 1,
    total: 2,
  },
  metrics: {
    items: [{ name: "acc", values: [0.9, null], deltas: [0, null], differs: true }],
    differing: 1,
    total: 1,
  },
  config: null,
  curves: null,
};

test("of params only those that differ are shown, of the others how many; a metric that is missing is a dash", async () => {
  const served = serve({ "POST /api/runs/compare": () => told });
  await renderPage(<ComparePanel runs={ids} onClose={() => {}} />);
  await expect
    .element(page.getByRole("columnheader").getByRole("link", { name: "two" }))
    .toHaveAttribute("href", `/runs/${ids[1]}/overview`);
  expect(served.asked[0]?.body).toMatchObject({ run_ids: ids });
  await expect.element(page.getByRole("row", { name: /lr/ })).toMatchTextContent(/1e-4\s*2e-4/);
  await expect.element(page.getByRole("row", { name: /batch/ })).not.toBeInTheDocument();
  await expect.element(page.getByRole("row", { name: /1 param alike/ })).toBeVisible();
  await expect.element(page.getByRole("row", { name: /acc/ })).toMatchTextContent(/0\.9\d*\s*—/);
  await page.getByRole("checkbox", { name: "Only differences" }).click();
  await expect.element(page.getByRole("row", { name: /batch/ })).toMatchTextContent(/512\s*512/);
  await expect
    .element(page.getByRole("link", { name: /Curves/ }))
    .toHaveAttribute("href", expect.stringContaining("/compare?runs="));
});

test("a run that cannot be read says so in the panel", async () => {
  serve({ "POST /api/runs/compare": () => failure(404, "RESOURCE_NOT_FOUND", "It is gone.") });
  await renderPage(<ComparePanel runs={[...ids, "c".repeat(32)]} onClose={() => {}} />);
  const panel = page.getByRole("region", { name: "Compare runs" });
  await expect.element(panel.getByRole("alert")).toMatchTextContent("It is gone.");
});
