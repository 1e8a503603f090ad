import { readFileSync } from "node:fs";
import { LINES, levelOf, textOf } from "./support/seed";
import { expect, test, visit } from "./support/test";

const numbers = Array.from({ length: LINES }, (_, index) => index + 1);
const errors = numbers.filter((line) => levelOf(line) === "error");

test("levels say how many, and narrow the lines", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs`);
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(grid).toHaveAttribute("aria-rowcount", String(LINES));
  const error = page.getByRole("button", { name: /^Error/ });
  await expect(error).toContainText(String(errors.length));
  await error.click({ modifiers: ["Alt"] });
  await expect(grid).toHaveAttribute("aria-rowcount", String(errors.length));
  await expect(page).toHaveURL(/\?level=error$/);
  await expect(grid.getByRole("row").first()).toContainText("worker 1 lost its shard");
});

test("a pattern, capitals and 'only' do what they say", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs?q=STEP%3D19..%5Cb`);
  await expect(page.getByText("no match")).toBeVisible();
  await page.getByRole("button", { name: "Regular expression" }).click();
  const expected = numbers.filter((line) => /step=19..\b/.test(textOf(line)));
  await expect(page.getByText(`${expected.length} matches`)).toBeVisible();
  await page.getByRole("button", { name: "Only lines that match" }).click();
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(grid).toHaveAttribute("aria-rowcount", String(expected.length));
  await expect(grid.locator("mark").first()).toHaveText(`step=${expected[0]}`);
  await page.getByRole("button", { name: "Match capitals" }).click();
  await expect(page.getByRole("heading", { name: "No line matches" })).toBeVisible();
});

test("the volume over time jumps on a click and narrows by dragging", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs`);
  const volume = page.getByRole("img", { name: /^Log volume/ });
  const box = await volume.boundingBox();
  if (!box) throw new Error("the volume is not drawn");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page).toHaveURL(/#L(99\d|10\d\d)$/);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 10, { steps: 4 });
  await page.mouse.up();
  const grid = page.getByRole("grid", { name: "Log lines" });
  await expect(async () => {
    const left = Number(await grid.getAttribute("aria-rowcount"));
    expect(left).toBeGreaterThan(LINES / 4 - 20);
    expect(left).toBeLessThan(LINES / 4 + 20);
  }).toPass();
  await page.getByRole("button", { name: "Lift the range of time" }).click();
  await expect(grid).toHaveAttribute("aria-rowcount", String(LINES));
});

test("a moment can be typed", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs`);
  const field = page.getByRole("textbox", { name: "Go to a time" });
  await field.fill("-9m");
  await field.press("Enter");
  await expect(page).toHaveURL(/#L6[01]$/);
  await field.fill("teatime");
  await field.press("Enter");
  await expect(field).toHaveAttribute("aria-invalid", "true");
});

test("what is shown can be saved", async ({ page, seeded }) => {
  await visit(page, `/runs/${seeded.run}/logs?level=error`);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download these lines" }).click();
  const saved = await (await saving).path();
  const lines = readFileSync(saved, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => line.slice(line.indexOf("worker")))).toEqual(errors.map(textOf));
});
