import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { aModel, anApproval, aVersion } from "@/testing/things";
import { ModelPage } from "./model-page";
import { ModelsPage } from "./models-page";
import { VersionLayout } from "./version-layout";

const ID = "mdl_0123456789ab";
const MODEL = "GET /api/registry/models/{model}";
const VERSION = "GET /api/registry/models/{model}/versions/{number}";
const VERSIONS = "GET /api/registry/models/{model}/versions";
const MOVES = "GET /api/registry/models/{model}/alias-moves";
const ALIAS = "PUT /api/registry/models/{model}/aliases/{alias}";
const APPROVALS = "GET /api/approvals";

const layout = (
  <VersionLayout id={ID} number={2} project={undefined} tab="overview">
    <p>the tab</p>
  </VersionLayout>
);

test("a registry without models says how one is registered", async () => {
  serve({ "GET /api/registry/models": () => pageOf([]), [APPROVALS]: () => pageOf([]) });
  await renderPage(<ModelsPage view={{}} onView={() => {}} />);
  await expect.element(page.getByRole("heading", { name: "No models yet" })).toBeVisible();
  await expect.element(page.getByText(/registered_model_name/)).toBeVisible();
});

test("a list tells aliases, stages, a measure and who uses a model", async () => {
  serve({ "GET /api/registry/models": () => pageOf([aModel()]), [APPROVALS]: () => pageOf([]) });
  await renderPage(<ModelsPage view={{}} onView={() => {}} />);
  const row = page.getByRole("row", { name: /router/ });
  await expect.element(row.getByTitle("@champion v1")).toBeVisible();
  await expect.element(row.getByText("Production v1")).toBeVisible();
  await expect.element(row.getByTitle("Evaluation of version 1")).toBeVisible();
  await expect.element(row.getByText("2 deployments")).toBeVisible();
});

test("to move an alias says what it affects, and sends the version that was seen with the reason", async () => {
  let model = aModel();
  const served = serve({
    [MODEL]: () => model,
    [VERSIONS]: () =>
      pageOf([aVersion({ number: 2, id: `${ID}/2` }), aVersion({ number: 1, id: `${ID}/1` })]),
    [MOVES]: () => pageOf([]),
    [ALIAS]: () => {
      model = aModel({ aliases: { champion: 2 }, version: 5 });
      return model;
    },
  });
  await renderPage(<ModelPage id={ID} view={{}} onView={() => {}} />);
  await page.getByRole("button", { name: "Move @champion" }).click();
  const effects = page.getByRole("note", { name: "What this affects" });
  await expect
    .element(effects.getByText(/gets v2, in staging, from the next load on, instead of v1/))
    .toBeVisible();
  await expect.element(effects.getByText(/2 deployments of this model keep serving/)).toBeVisible();
  await page.getByRole("textbox", { name: /^Reason/ }).fill("besser – überall");
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await expect.element(page.getByText("@champion means version 2 now")).toBeVisible();
  const sent = served.asked.find(({ method }) => method === "PUT");
  expect(sent?.headers.get("if-match")).toBe('"4"');
  expect(sent?.headers.get("x-studio-reason")).toBe(encodeURIComponent("besser – überall"));
  expect(sent?.body).toEqual({ version: 2 });
});

test("a name that means something of its own is no alias", async () => {
  serve({
    [MODEL]: () => aModel(),
    [VERSIONS]: () => pageOf([aVersion()]),
    [MOVES]: () => pageOf([]),
  });
  await renderPage(<ModelPage id={ID} view={{}} onView={() => {}} />);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("textbox", { name: /^Alias/ }).fill("v3");
  await expect.element(page.getByText(/always means a version of its own/)).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Set" })).toBeDisabled();
});

test("whoever asked may withdraw, another one decides, and a rejection wants a reason", async () => {
  let approvals = [anApproval({ requested_by: "user:local" })];
  const served = serve({
    [MODEL]: () => aModel({ protected_stages: ["production"] }),
    [VERSION]: () => aVersion(),
    [APPROVALS]: () => pageOf(approvals),
    "GET /api/actors": () => ({ items: [{ ref: "token:tok_0", name: "release-bot" }] }),
    "POST /api/approvals/{id}/reject": () => {
      approvals = [];
      return anApproval({ status: "rejected" });
    },
  });
  const { client } = await renderPage(layout);
  await expect.element(page.getByRole("button", { name: /^Withdraw…/ })).toBeVisible();
  expect(page.getByRole("button", { name: /^Approve…/ }).elements()).toHaveLength(0);
  approvals = [anApproval({ requested_by: "token:tok_0" })];
  await client.invalidateQueries();
  await expect.element(page.getByText("release-bot")).toBeVisible();
  await page.getByRole("button", { name: /^Reject…/ }).click();
  await expect.element(page.getByRole("button", { name: "Reject", exact: true })).toBeDisabled();
  await userEvent.type(page.getByRole("textbox", { name: /^Reason/ }), "zu früh");
  await page.getByRole("button", { name: "Reject", exact: true }).click();
  await expect.element(page.getByText("Rejected")).toBeVisible();
  expect(served.asked.find(({ method }) => method === "POST")?.body).toEqual({ reason: "zu früh" });
  await vi.waitFor(() => expect(page.getByRole("button", { name: /^Reject…/ }).elements()).toHaveLength(0));
});

test("a stage that is protected is asked for, another one is entered at once", async () => {
  const served = serve({
    [MODEL]: () => aModel({ protected_stages: ["production"] }),
    [VERSION]: () => aVersion(),
    [APPROVALS]: () => pageOf([]),
    "POST /api/registry/models/{model}/versions/{number}/transition": () => aVersion({ stage: "archived" }),
  });
  await renderPage(layout);
  await page.getByRole("button", { name: "Move to stage…" }).click();
  await expect.element(page.getByRole("button", { name: "Request transition" })).toBeVisible();
  await expect.element(page.getByRole("checkbox", { name: /takes the place of v1/ })).toBeChecked();
  await page.getByRole("dialog").getByText("archived", { exact: true }).click();
  await page.getByRole("button", { name: "Move to archived" }).click();
  await expect.element(page.getByText("v2 is in archived now")).toBeVisible();
  expect(served.asked.find(({ method }) => method === "POST")?.body).toEqual({
    stage: "archived",
    archive_existing: false,
  });
});

test("what waits in the project is listed above the models, and decided there", async () => {
  let waiting = [
    anApproval({ requested_by: "user:ravi", request_reason: "Beats the champion" }),
    anApproval({ id: "apr_mine", title: "other version 1: draft → staging" }),
  ];
  const served = serve({
    "GET /api/registry/models": () => pageOf([aModel()]),
    [APPROVALS]: () => pageOf(waiting),
    "POST /api/approvals/{id}/approve": ({ params }) => {
      waiting = waiting.filter(({ id }) => id !== params.id);
      return anApproval({ status: "approved" });
    },
  });
  await renderPage(<ModelsPage view={{ project: "default" }} onView={() => {}} />);
  const panel = page.getByRole("region", { name: "Waits for approval" });
  const items = panel.getByRole("listitem");
  await expect.element(items.first()).toMatchTextContent(/ravi.*“Beats the champion”/);
  await expect
    .element(items.first().getByRole("link"))
    .toHaveAttribute("href", "/registry/mdl_0123456789ab/v/2");
  await expect.element(items.last()).toMatchTextContent("another person has to decide");
  await expect.element(items.last().getByRole("button", { name: /^Withdraw…/ })).toBeVisible();
  await items
    .first()
    .getByRole("button", { name: /^Approve…/ })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await vi.waitFor(() => expect(items.elements()).toHaveLength(1));
  expect(served.of(APPROVALS)[0]?.query.get("filter")).toBe("status = 'pending'");
});

test("a version that is not there is named", async () => {
  serve({
    [MODEL]: () => aModel(),
    [VERSION]: () => failure(404, "RESOURCE_NOT_FOUND", "Model 'router' has no version 2."),
    [APPROVALS]: () => pageOf([]),
  });
  await renderPage(layout);
  await expect.element(page.getByRole("heading", { name: "The version was not found" })).toBeVisible();
});
