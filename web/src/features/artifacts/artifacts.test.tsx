import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { pageOf, serve } from "@/testing/serve";
import { ComparedArtifacts } from "./compared-artifacts";
import { RunArtifacts } from "./run-artifacts";

const RUN = "GET /api/runs/{id}";
const MODEL = "GET /api/logged-models/{id}";
const ID = "0123456789abcdef0123456789abcdef";

const aFile = (path: string, size = 5) => ({
  path,
  is_directory: false,
  size_bytes: size,
  sha256: "ab".repeat(32),
  artifact_id: "art_1",
  created_at: "2026-01-31T12:00:00Z",
  updated_at: "2026-01-31T12:00:00Z",
  version: 1,
});
const aDirectory = (path: string) => ({ ...aFile(path), is_directory: true, size_bytes: null, sha256: null });
const preview = (path: string, rest: object) => ({
  path,
  media_type: "text/plain",
  size_bytes: 5,
  sha256: "ab".repeat(32),
  text: null,
  columns: null,
  rows: null,
  truncated: false,
  ...rest,
});
const nobody = (path: string) => ({
  path,
  sha256: "ab".repeat(32),
  size_bytes: 5,
  run_id: ID,
  run_name: "maker",
  step: null,
  logged_model_id: null,
  written_at: "2026-01-31T12:00:00Z",
  written_by: "user:local",
  used_by: [],
  truncated: false,
});

test("a run without files says how one is logged", async () => {
  serve({
    [`${RUN}/models`]: () => ({ ...pageOf([]), versions: [] }),
    [`${RUN}/artifacts`]: () => pageOf([]),
  });
  await renderPage(<RunArtifacts id={ID} file={undefined} model={undefined} onShow={() => {}} />);
  await expect.element(page.getByRole("heading", { name: "No artifacts yet" })).toBeVisible();
});

test("directories are read when they are opened, and models of the run have files of their own", async () => {
  const onShow = vi.fn();
  const asked: string[] = [];
  serve({
    [`${RUN}/models`]: () => ({
      ...pageOf([
        {
          id: "m-1",
          name: "net",
          model_type: null,
          status: "ready",
          step: 7,
          created_at: "2026-01-31T12:00:00Z",
        },
      ]),
      versions: [
        {
          model_id: "mdl_1",
          model: "router",
          number: 3,
          stage: "staging",
          aliases: ["best"],
          logged_model_id: "m-1",
        },
      ],
    }),
    [`${RUN}/artifacts`]: ({ query }) => {
      const path = query.get("path") ?? "";
      asked.push(path);
      if (path === "") return pageOf(["a", "b", "c", "d", "e", "f"].map(aDirectory));
      return pageOf([aFile(`${path}/notes.txt`)]);
    },
    [`${MODEL}/artifacts`]: () => pageOf([aFile("MLmodel")]),
  });
  await renderPage(<RunArtifacts id={ID} file={undefined} model={undefined} onShow={onShow} />);
  await expect.element(page.getByText("router v3")).toBeVisible();
  await expect.element(page.getByText("model at step 7")).toBeVisible();
  expect(new Set(asked)).toEqual(new Set([""]));
  await page.getByRole("treeitem", { name: "c" }).click();
  await page.getByRole("treeitem", { name: /^notes\.txt/ }).click();
  expect(asked.filter((path) => path !== "")).toEqual(["c"]);
  expect(onShow).toHaveBeenLastCalledWith("c/notes.txt", undefined);
  await page.getByRole("treeitem", { name: /^MLmodel/ }).click();
  expect(onShow).toHaveBeenLastCalledWith("MLmodel", "m-1");
});

test("a file that is named by the address is open in its directory, and a page is closed in", async () => {
  serve({
    [`${RUN}/models`]: () => ({ ...pageOf([]), versions: [] }),
    [`${RUN}/artifacts`]: ({ query }) =>
      query.get("path") ? pageOf([aFile("plots/loss.html")]) : pageOf([aDirectory("plots"), aFile("z.txt")]),
    [`${RUN}/artifact-preview`]: ({ query }) =>
      preview(query.get("path") ?? "", { kind: "html", media_type: "text/html", text: "<p>hello</p>" }),
    [`${RUN}/artifact-provenance`]: ({ query }) => nobody(query.get("path") ?? ""),
  });
  await renderPage(<RunArtifacts id={ID} file="plots/loss.html" model={undefined} onShow={() => {}} />);
  const chosen = page.getByRole("treeitem", { name: /^loss\.html/ });
  await expect.element(chosen).toHaveAttribute("aria-selected", "true");
  const frame = page.getByTitle("plots/loss.html");
  await expect.element(frame).toHaveAttribute("sandbox", "allow-scripts");
  await expect.element(frame).toHaveAttribute("src", `/api/runs/${ID}/artifacts/plots/loss.html?show=true`);
  await expect.element(page.getByText("run maker")).toBeVisible();
});

test("a file stands beside that of other runs, which may have the same or none", async () => {
  const [first, same, without] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [
    string,
    string,
    string,
  ];
  serve({
    [`${RUN}/models`]: ({ params }) => ({
      ...pageOf(
        params.id === without
          ? []
          : [
              {
                id: `m-${params.id}`,
                name: "net",
                model_type: null,
                status: "ready",
                step: 0,
                created_at: "2026-01-31T12:00:00Z",
              },
            ],
      ),
      versions: [],
    }),
    [`${RUN}/artifacts`]: () => pageOf([]),
    [`${MODEL}/artifacts`]: () => pageOf([aFile("config.yaml")]),
    [`${MODEL}/artifact-preview`]: ({ query }) =>
      preview(query.get("path") ?? "", { kind: "text", text: "depth: 3" }),
  });
  const runs = [first, same, without].map((id) => ({ id, label: `run ${id.charAt(0)}`, mark: null }));
  await renderPage(
    <ComparedArtifacts runs={runs} reference={0} file="config.yaml" model="net" onShow={() => {}} />,
  );
  const column = (letter: string) => page.getByRole("region", { name: `config.yaml of run ${letter}` });
  await expect.element(column("a").getByText("depth: 3")).toBeVisible();
  await expect.element(column("b").getByText("same bytes")).toBeVisible();
  await expect.element(column("c").getByText("Not in this run")).toBeVisible();
  await expect.element(column("a").getByText("same bytes")).not.toBeInTheDocument();
});
