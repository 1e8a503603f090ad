import { endRun, makeRun } from "./support/seed";
import { expect, test, visit } from "./support/test";

test("what a run left behind is walked by keys; a page that it logged runs closed in", async ({
  page,
  api,
}) => {
  const { id: experiment } = await api.post<{ id: string }>("/api/experiments", { name: "files" });
  const run = await makeRun(api, experiment, { name: "leaves-files" });
  const { run: found } = await api.get<{ run: { info: { artifact_uri: string } } }>(
    `/api/2.0/mlflow/runs/get?run_id=${run}`,
  );
  const base = `/api/2.0/mlflow-artifacts/artifacts/${found.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, "")}`;
  await api.put(`${base}/tables/scores.csv`, "name,score\nann,1\nbob,2\n");
  await api.put(
    `${base}/page.html`,
    "<style>p { color: green }</style><p>?</p><script>document.querySelector('p').textContent = 'as ' + self.origin</script>",
  );
  await endRun(api, run, "succeeded");

  await visit(page, `/runs/${run}/overview`);
  await page.keyboard.press("4");
  await expect(page).toHaveURL(new RegExp(`/runs/${run}/artifacts`));
  const frame = page.frameLocator('iframe[title="page.html"]');
  await expect(frame.getByText("as null")).toHaveCSS("color", "rgb(0, 128, 0)");

  const tree = page.getByRole("tree", { name: "Files" });
  await tree.getByRole("treeitem", { name: "page.html" }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(tree.getByRole("treeitem", { name: "tables" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("treeitem", { name: "scores.csv" })).toBeFocused();
  await page.keyboard.press("Enter");
  const file = page.getByRole("region", { name: "File tables/scores.csv" });
  await expect(file.getByRole("row", { name: "bob 2" })).toBeVisible();
  await expect(file).toContainText("run leaves-files");
  await expect(page).toHaveURL(/file=tables\/scores\.csv/);
  await page.reload();
  await expect(file.getByRole("row", { name: "bob 2" })).toBeVisible();
});
