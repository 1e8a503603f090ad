import { useState } from "react";
import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { ConfirmDialog, Dialog, Sheet } from "./dialog";

/** A button, and a dialog that is always there or comes and goes as a whole. */
function Opener({ stays, sheet }: { stays: boolean; sheet?: boolean }) {
  const [opened, setOpened] = useState(false);
  const Overlay = sheet ? Sheet : Dialog;
  return (
    <>
      <button type="button" onClick={() => setOpened(true)}>
        Ask
      </button>
      {(stays || opened) && (
        <Overlay title="Really?" opened={opened} onClose={() => setOpened(false)}>
          <input aria-label="Why" data-autofocus />
        </Overlay>
      )}
    </>
  );
}

for (const [what, props] of [
  ["a dialog that is always there", { stays: true }],
  ["a dialog that comes and goes", { stays: false }],
  ["a panel that is always there", { stays: true, sheet: true }],
  ["a panel that comes and goes", { stays: false, sheet: true }],
] as const) {
  test(`the focus goes into ${what}, and back to what opened it, each time`, async () => {
    await renderPage(<Opener {...props} />);
    const opener = page.getByRole("button", { name: "Ask" });
    for (const _ of ["once", "again"]) {
      await opener.click();
      await expect.element(page.getByRole("textbox", { name: "Why" })).toHaveFocus();
      await userEvent.keyboard("{Escape}");
      await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
      await expect.element(opener).toHaveFocus();
    }
  });
}

test("what cannot be undone waits for the name", async () => {
  let done = 0;
  await renderPage(
    <ConfirmDialog
      title="Delete adder?"
      opened
      onClose={() => {}}
      confirmLabel="Delete"
      typedName="adder"
      onConfirm={() => {
        done += 1;
      }}
    >
      Its name is free again.
    </ConfirmDialog>,
  );
  const field = page.getByRole("textbox", { name: /^Type adder/ });
  await expect.element(field).toHaveFocus();
  await userEvent.keyboard("adde{Enter}");
  await expect.element(page.getByRole("button", { name: "Delete" })).toBeDisabled();
  expect(done).toBe(0);
  await userEvent.keyboard("r{Enter}");
  expect(done).toBe(1);
});
