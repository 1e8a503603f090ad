import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { failure, pageOf, serve } from "@/testing/serve";
import { aModel, aRun, aVersion } from "@/testing/things";
import { RegisterRun } from "./register-run";

const MAKE_MODEL = "POST /api/registry/models";
const MAKE_VERSION = "POST /api/registry/models/{model}/versions";
const run = aRun();
const file = (path: string, is_directory = false) => ({ path, is_directory, size_bytes: 1, sha256: null });
const served = (more: Parameters<typeof serve>[0] = {}) =>
  serve({
    "GET /api/runs/{id}/models": () => ({
      ...pageOf([{ id: "m-1", name: "router", model_type: null, status: "ready", step: 40, created_at: "" }]),
      versions: [],
    }),
    "GET /api/runs/{id}/artifacts": ({ query }) =>
      pageOf(
        query.get("path") === "exported"
          ? [file("exported/MLmodel")]
          : query.get("path") === "plots"
            ? [file("plots/loss.png")]
            : [file("exported", true), file("plots", true)],
      ),
    "GET /api/registry/models": ({ query }) => pageOf(query.get("q") === "new-router" ? [] : [aModel()]),
    "GET /api/registry/models/{model}": ({ params }) =>
      params.model === "router" ? aModel() : failure(404, "NOT_FOUND", "There is no such model."),
    [MAKE_MODEL]: () => aModel({ id: "mdl_new", name: "new-router" }),
    [MAKE_VERSION]: ({ params }) => aVersion({ model_id: params.model, model: "router", number: 3 }),
    ...more,
  });

async function open() {
  await renderPage(<RegisterRun run={run} />);
  await page.getByRole("button", { name: "Register…" }).click();
  return page.getByRole("dialog", { name: "Register a model of mix4-lr3" });
}

test("a logged model becomes the next version of a model, and the way there is shown", async () => {
  const asked = served();
  const dialog = await open();
  await expect.element(dialog.getByRole("radio", { name: /^router logged model at step 40/ })).toBeChecked();
  await dialog.getByRole("combobox", { name: "Model" }).fill("router");
  await expect.element(dialog.getByText("It becomes version 3.")).toBeVisible();
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await expect
    .element(dialog.getByRole("link", { name: "router v3" }))
    .toHaveAttribute("href", "/registry/mdl_0123456789ab/v/3");
  expect(asked.of(MAKE_MODEL)).toEqual([]);
  expect(asked.of(MAKE_VERSION)[0]?.body).toEqual({ logged_model_id: "m-1", run_id: run.id, notes: null });
});

test("a model folder among the files becomes the first version of a new model", async () => {
  const asked = served();
  const dialog = await open();
  await dialog.getByRole("radio", { name: /^exported\// }).click();
  await expect.element(dialog.getByText("plots/")).not.toBeInTheDocument();
  await dialog.getByRole("combobox", { name: "Model" }).fill("new-router");
  await expect.element(dialog.getByText("A new model: it becomes version 1.")).toBeVisible();
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await expect.element(dialog.getByRole("status")).toMatchTextContent("Registered as");
  expect(asked.of(MAKE_MODEL)[0]?.body).toEqual({ name: "new-router" });
  expect(asked.of(MAKE_VERSION)[0]).toMatchObject({
    params: { model: "mdl_new" },
    body: { source: `runs:/${run.id}/exported`, run_id: run.id },
  });
});

test("a refusal stands in the dialog", async () => {
  served({ [MAKE_VERSION]: () => failure(403, "PERMISSION_DENIED", "You lack models.write.") });
  const dialog = await open();
  await dialog.getByRole("combobox", { name: "Model" }).fill("router");
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await expect.element(dialog.getByRole("alert")).toMatchTextContent("You lack models.write.");
});

test("a run without a model says how to log one", async () => {
  served({
    "GET /api/runs/{id}/models": () => ({ ...pageOf([]), versions: [] }),
    "GET /api/runs/{id}/artifacts": () => pageOf([]),
  });
  const dialog = await open();
  await expect.element(dialog).toMatchTextContent("This run has logged no model");
  await expect.element(dialog).toMatchTextContent(`run_id="${run.id}"`);
});
