import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import type { RunComparison } from "@/api/types";
import { renderPage } from "@/testing/render-page";
import { failure, serve } from "@/testing/serve";
import { aRun } from "@/testing/things";
import { ComparePage, type FilesOfRuns } from "./compare-page";
import type { CompareView } from "./compare-view";

const runs = ["one", "two", "three"].map((name, place) => aRun({ id: `${place}`.repeat(32), name }));
const ids = runs.map(({ id }) => id);
const told: RunComparison = {
  runs,
  reference: ids[0] as string,
  params: {
    items: [
      { key: "lr", values: ["0.1", "0.2", null], differs: true },
      { key: "batch", values: ["8", "8", "8"], differs: false },
    ],
    differing: 1,
    total: 2,
  },
  metrics: {
    items: [{ name: "loss", values: [1, 0.5, "NaN"], deltas: [0, -0.5, null], differs: true }],
    differing: 1,
    total: 1,
  },
  config: {
    texts: ["lr: 0.1\nname: a\n", "lr: 0.2\nname: a\n", null],
    differences: [{ path: "optimizer.lr", values: ["0.1", "0.2", null] }],
    total: 1,
  },
  curves: null,
};

const artifacts = ({ runs, reference }: FilesOfRuns) => (
  <p>
    files of {runs.map(({ label }) => label).join(", ")}; reference {runs[reference]?.label}
  </p>
);

async function shown(view: CompareView) {
  const served = serve({ "POST /api/runs/compare": () => told });
  const onView = vi.fn();
  await renderPage(<ComparePage view={{ runs: ids, ...view }} onView={onView} artifacts={artifacts} />);
  return { served, onView };
}

test("the summary tells how far each run is from the reference, and which is best", async () => {
  const { onView } = await shown({});
  const row = page.getByRole("row", { name: /loss/ });
  await expect.element(row).toMatchTextContent(/1\s*0\.5000?\s*best\s*−0\.5000?\s*NaN/);
  await page.getByRole("button", { name: "Take two away" }).click();
  expect(onView).toHaveBeenCalledWith({ runs: [ids[0], ids[2]], ref: undefined });
  await page.getByRole("combobox", { name: "Reference" }).selectOptions("three");
  expect(onView).toHaveBeenCalledWith({ ref: ids[2] });
});

test("params and configs show what differs, the text line by line", async () => {
  await shown({ tab: "params" });
  await expect.element(page.getByRole("row", { name: /lr/ })).toMatchTextContent(/0\.1\s*0\.2\s*—/);
  await expect.element(page.getByRole("row", { name: /batch/ })).not.toBeInTheDocument();
  await expect.element(page.getByText("1 param alike.")).toBeVisible();
});

test("two configs are read beside each other", async () => {
  await shown({ tab: "config" });
  await expect
    .element(page.getByRole("row", { name: /optimizer\.lr/ }))
    .toMatchTextContent(/0\.1\s*0\.2\s*—/);
  const diff = page.getByRole("region", { name: "Config diff" });
  await expect.element(diff).toMatchTextContent(/−\s*lr: 0\.1\s*\+\s*lr: 0\.2\s*name: a/);
});

test("files of the runs stand under the names that they have on the page", async () => {
  await shown({ tab: "artifacts", ref: ids[1] });
  await expect.element(page.getByText("files of one, two, three; reference two")).toBeVisible();
});

test("every run is a line over the axes, and the tables hold the same", async () => {
  await shown({ tab: "parallel" });
  await expect.element(page.getByRole("img", { name: /^3 runs over lr, loss/ })).toBeVisible();
});

test("one run alone, and runs that cannot be read, say what to do", async () => {
  const served = serve({ "POST /api/runs/compare": () => failure(404, "RESOURCE_NOT_FOUND", "It is gone.") });
  const { screen } = await renderPage(
    <ComparePage view={{ runs: ids.slice(0, 1) }} onView={() => {}} artifacts={artifacts} />,
  );
  await expect.element(page.getByRole("heading", { name: "Two runs are needed" })).toBeVisible();
  expect(served.asked).toEqual([]);
  await screen.unmount();
  await renderPage(<ComparePage view={{ runs: ids }} onView={() => {}} artifacts={artifacts} />);
  await expect.element(page.getByRole("alert")).toMatchTextContent("It is gone.");
});
