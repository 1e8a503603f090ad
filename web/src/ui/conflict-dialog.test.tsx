import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-react";
import { ConflictDialog, type ConflictField } from "./conflict-dialog";
import { UiProvider } from "./provider";

const AT = "2026-11-20T12:00:00Z";
const replicas: ConflictField = {
  ...{ name: "replicas", label: "Replicas", was: "3", theirs: "5", yours: "9", by: "mina", at: AT },
  numeric: true,
  check: (text) => (/^\d+$/.test(text) ? null : "replicas must be a number"),
};
const status: ConflictField = {
  ...{
    name: "status",
    label: "Status",
    was: "active",
    theirs: "error",
    yours: "inactive",
    by: "ravi",
    at: AT,
  },
  options: ["active", "inactive", "error"],
};

async function open() {
  const [onSave, onClose] = [vi.fn(), vi.fn()];
  await render(
    <UiProvider>
      <ConflictDialog
        what="chat-1"
        fields={[replicas, status]}
        merged={[{ name: "priority", label: "Priority", was: "low", now: "high", by: "mina" }]}
        onSave={onSave}
        onClose={onClose}
      />
    </UiProvider>,
  );
  await expect.element(page.getByRole("dialog")).toBeVisible();
  return { onSave, onClose };
}

const save = () => page.getByRole("button", { name: "Save merged" });

test("1 takes theirs and 2 yours, row by row, and nothing is saved before all are decided", async () => {
  const { onSave } = await open();
  await expect.element(save()).toBeDisabled();
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-field")).toBe("replicas"));
  await userEvent.keyboard("2");
  await expect.element(save()).toBeDisabled();
  await userEvent.keyboard("1");
  await save().click();
  expect(onSave.mock.calls).toEqual([[{ replicas: "9", status: "error" }]]);
});

test("what was, who changed it, and what only one side changed can be read", async () => {
  await open();
  const row = page.getByRole("row", { name: /^Replicas/ });
  await expect.element(row).toMatchTextContent(/3.*5.*mina/);
  await expect.element(page.getByText("1 other field changed by one side only, kept as it is")).toBeVisible();
});

test("another value can be typed, and is checked", async () => {
  const { onSave } = await open();
  await userEvent.keyboard("1");
  await page.getByRole("radio", { name: /^Status: yours/ }).click();
  const other = page.getByRole("textbox", { name: "Replicas: another value" });
  await other.fill("many");
  await expect.element(page.getByRole("alert")).toMatchTextContent("replicas must be a number");
  await expect.element(save()).toBeDisabled();
  await other.fill("12");
  await save().click();
  expect(onSave.mock.calls).toEqual([[{ replicas: "12", status: "inactive" }]]);
});

test("digits that are typed into a field decide nothing", async () => {
  await open();
  await page.getByRole("textbox", { name: "Replicas: another value" }).click();
  await userEvent.keyboard("12");
  await expect.element(page.getByRole("radio", { name: /^Replicas: theirs/ })).not.toBeChecked();
  await expect.element(save()).toBeDisabled();
});
