import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { registerModel } from "./support/seed";
import { BIN, type Client } from "./support/studio";
import { expect, test, visit } from "./support/test";

const run = promisify(execFile);

/** The credentials of somebody who is not the person at the machine. */
async function anotherPerson(): Promise<Record<string, string>> {
  const script = fileURLToPath(new URL("second_person.py", import.meta.url));
  const { stdout } = await run(`${BIN}/python`, [script, process.env.STUDIO_E2E_FOLDER as string]);
  return { authorization: `Bearer ${stdout.trim()}` };
}

/** A model with two versions, of which the first is the champion. */
async function twoVersions(api: Client, experiment: string, name: string): Promise<string> {
  await registerModel(api, experiment, name);
  const { id } = await api.get<{ id: string }>(`/api/registry/models/${name}`);
  await api.post(`/api/registry/models/${id}/versions`, { source: `models:/${name}/1` });
  for (const [number, accuracy] of [
    [1, 0.9],
    [2, 0.95],
  ])
    await api.patch(`/api/registry/models/${id}/versions/${number}`, { evaluation: { accuracy, rows: 200 } });
  await api.post("/api/2.0/mlflow/registered-models/alias", { name, alias: "champion", version: "1" });
  return id;
}

test("an alias moves after a look at what that affects, and what it meant then can be seen", async ({
  page,
  api,
  seeded,
}) => {
  const id = await twoVersions(api, seeded.experiment, "picker");
  await visit(page, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL("/registry");
  await page.getByRole("table", { name: "Models" }).getByRole("link", { name: "picker" }).click();
  await expect(page).toHaveURL(`/registry/${id}`);
  await page.getByRole("button", { name: "Move @champion" }).click();
  const dialog = page.getByRole("dialog", { name: "Move @champion" });
  const effects = dialog.getByRole("note", { name: "What this affects" });
  await expect(effects).toContainText("gets v2, in draft, from the next load on, instead of v1");
  await expect(effects).toContainText("No deployment serves this model");
  await dialog.getByLabel(/^Reason/).fill("Better on every row");
  await dialog.getByRole("button", { name: "Move", exact: true }).click();
  await expect(page.getByText("@champion means version 2 now")).toBeVisible();

  const moves = page.getByRole("list", { name: "Moves of aliases, the last first" }).getByRole("listitem");
  await expect(moves).toHaveCount(2);
  await expect(moves.first()).toContainText("“Better on every row”");
  await moves
    .last()
    .getByRole("link", { name: /ago|just now/ })
    .click();
  await expect(page.getByText(/read-only/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Move @champion" })).toHaveAttribute("aria-disabled", "true");
  await expect(moves).toHaveCount(1);
  await expect(page.getByRole("row").filter({ hasText: "@champion" })).toContainText("v1");
  await page.getByRole("button", { name: "Return to now" }).click();

  await page.getByRole("checkbox", { name: "Select version 1" }).check();
  await page.getByRole("checkbox", { name: "Select version 2" }).check();
  await page.getByRole("button", { name: "Compare" }).click();
  const comparison = page.getByRole("region", { name: "Compare versions" });
  await expect(comparison.getByRole("row", { name: /accuracy/ })).toContainText("0.9500 (best)");
  await expect(comparison).toContainText("3 files alike");
});

test("a transition is requested, approved by another person, and seen at once", async ({
  page,
  api,
  seeded,
}) => {
  const id = await twoVersions(api, seeded.experiment, "guarded");
  const ravi = await anotherPerson();
  await api.patch(`/api/registry/models/${id}`, { protected_stages: ["production"] });
  await visit(page, `/registry/${id}/v/2`);
  await page.getByRole("button", { name: "Move to stage…" }).click();
  const dialog = page.getByRole("dialog", { name: "Move guarded v2" });
  await dialog.getByText("production", { exact: true }).click();
  await expect(dialog.getByRole("note")).toContainText("another person has to approve");
  await dialog.getByLabel(/^Reason/).fill("Beats the champion");
  await dialog.getByRole("button", { name: "Request transition" }).click();
  const request = page.getByRole("region", { name: "Request: guarded version 2: draft → production" });
  await expect(request).toContainText("another person has to decide");
  await expect(request.getByRole("button", { name: "Approve…" })).toHaveCount(0);

  const asked = await api.get<{ items: { id: string }[] }>(
    `/api/approvals?filter=${encodeURIComponent(`entity_id = '${id}/2'`)}`,
  );
  await api.post(`/api/approvals/${asked.items[0]?.id}/approve`, { reason: "Looked at it" }, ravi);
  const stages = page.getByRole("list", { name: "Stages" });
  await expect(stages.locator("[aria-current]")).toHaveText("production");
  await expect(request).toHaveCount(0);

  // The other way round: somebody else asks, and the person at the machine decides.
  const body = { stage: "archived", reason: "Too slow" };
  await api.post(`/api/registry/models/${id}/versions/2/transition-requests`, body, ravi);
  const second = page.getByRole("region", { name: /^Request:/ });
  await expect(second).toContainText("ravi");
  await second.getByRole("button", { name: "Approve…" }).click();
  await page
    .getByRole("dialog", { name: /^Approve:/ })
    .getByRole("button", { name: "Approve" })
    .click();
  await expect(stages.locator("[aria-current]")).toHaveText("archived");
  const history = page.getByRole("list", { name: "Events, the last first" }).getByRole("listitem");
  await expect(history.first()).toContainText("stage");
});

test("what waits is seen on the dashboard and in the registry, and decided where it stands", async ({
  page,
  api,
  seeded,
}) => {
  const id = await twoVersions(api, seeded.experiment, "waiting");
  const ravi = await anotherPerson();
  await visit(page, "/");
  const attention = page.getByRole("region", { name: "Needs attention" });
  await expect(attention).toBeVisible();
  const body = { stage: "staging", reason: "Ready for a look" };
  await api.post(`/api/registry/models/${id}/versions/2/transition-requests`, body, ravi);
  await api.post(
    `/api/registry/models/${id}/versions/1/transition-requests`,
    { ...body, stage: "production" },
    ravi,
  );
  const staging = attention.getByRole("listitem").filter({ hasText: "waiting version 2: draft → staging" });
  await expect(staging).toContainText("ravi · “Ready for a look”");
  await staging.getByRole("button", { name: "Approve…" }).click();
  const approval = page.getByRole("dialog", { name: /^Approve: waiting version 2/ });
  await approval.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(staging).toHaveCount(0);

  await visit(page, "/registry");
  const panel = page.getByRole("region", { name: "Waits for approval" });
  const production = panel.getByRole("listitem").filter({ hasText: "waiting version 1" });
  await production.getByRole("button", { name: "Reject…" }).click();
  const rejection = page.getByRole("dialog", { name: /^Reject: waiting version 1/ });
  await rejection.getByLabel(/^Reason/).fill("Too early");
  await rejection.getByRole("button", { name: "Reject", exact: true }).click();
  await expect(production).toHaveCount(0);
  await expect(page.getByRole("row", { name: /^waiting/ })).toContainText("Staging v2");
});

test("a version's files are looked at, and its lineage is walked by keys", async ({ page, api, seeded }) => {
  await twoVersions(api, seeded.experiment, "walked");
  await visit(page, "/registry/walked/v/1");
  await page.getByRole("treeitem", { name: "light_model_code.py" }).click();
  const file = page.getByRole("region", { name: "File code/light_model_code.py" });
  await expect(file).toContainText("class Light:");
  await expect(file).toContainText("walked-maker");
  await page.reload();
  await expect(file).toContainText("class Light:");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await saved).suggestedFilename()).toBe("walked-v1.zip");

  await page.getByRole("tab", { name: "Lineage" }).click();
  const version = page.getByRole("button", { name: /^model version · draft walked version 1/ });
  await version.focus();
  await page.keyboard.press("ArrowLeft");
  const source = page.getByRole("button", { name: /^run · succeeded walked-maker/ });
  await expect(source).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(
    page.getByRole("button", { name: "dataset · nobody recorded it unknown dataset" }),
  ).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(source).toBeFocused();
  await page.getByText("List", { exact: true }).click();
  await expect(page.getByRole("row", { name: /^walked-maker/ })).toContainText("trained from");
  await page.getByRole("link", { name: "walked-maker" }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]{32}\/overview/);
});
