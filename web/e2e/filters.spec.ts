import { DEPLOYMENT_GRAMMAR } from "@/features/deployments/deployment-grammar";
import { EXPERIMENT_GRAMMAR, RUN_GRAMMAR } from "@/features/experiments/filter-grammars";
import { MODEL_GRAMMAR } from "@/features/registry/model-grammar";
import { type FilterField, type FilterGrammar, OPERATORS } from "@/lib/filter-grammar";
import { expect, test, visit } from "./support/test";

test("a filter is put together by keys alone, with names that the server finds", async ({ page }) => {
  await visit(page, "/runs");
  await expect(page.getByRole("link", { name: "mix3-broken" })).toBeVisible();
  await page.keyboard.press("f");
  const field = page.getByRole("combobox", { name: "Filter runs" });
  await expect(field).toBeFocused();
  await page.keyboard.type("stat");
  await expect(page.getByRole("option", { name: /^status/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("fai");
  await page.keyboard.press("Tab");
  await page.keyboard.type("a");
  await page.keyboard.press("Tab");
  await page.keyboard.type("atch");
  await expect(page.getByRole("option", { name: "params.batch params" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("= '512'");
  await expect(field).toHaveValue("status = 'failed' AND params.batch = '512'");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listbox")).toHaveCount(0);
  await expect(page.getByText("1 run", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "mix3-broken" })).toBeVisible();
});

const EXAMPLES: Record<FilterField["kind"], string> = {
  text: "'x'",
  id: "'x'",
  number: "1",
  time: "'2026-01-31T12:00:00Z'",
  choice: "",
};

/** Every condition that can be put together of what is offered. */
function conditions({ fields, collections }: FilterGrammar): string[] {
  const named = collections.flatMap(({ name, kind, keys = ["key"] }) =>
    keys.map((key) => ({ name: `${name}.${key}`, kind })),
  );
  return [...fields, ...named].flatMap(({ name, kind, values }: FilterField) =>
    OPERATORS[kind].flatMap((operator) => {
      if (operator.endsWith("NULL")) return `${name} ${operator}`;
      const words = values?.map((value) => `'${value}'`) ?? [EXAMPLES[kind]];
      return words.map((word) => `${name} ${operator}${operator.endsWith("(") ? `${word})` : ` ${word}`}`);
    }),
  );
}

test("the server understands all that is offered", async ({ api }) => {
  const lists = {
    "/api/runs": RUN_GRAMMAR,
    "/api/experiments": EXPERIMENT_GRAMMAR,
    "/api/registry/models": MODEL_GRAMMAR,
    "/api/deployments": DEPLOYMENT_GRAMMAR,
  };
  for (const [path, grammar] of Object.entries(lists))
    for (const filter of conditions(grammar))
      await expect(
        api.get(`${path}?limit=1&filter=${encodeURIComponent(filter)}`),
        `${path} with ${filter}`,
      ).resolves.toHaveProperty("items");
});
