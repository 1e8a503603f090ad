import { useState } from "react";
import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { renderPage } from "@/testing/render-page";
import { Tree, TreeItem } from "./tree";

function Planets() {
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string>();
  return (
    <>
      <button type="button">before</button>
      <Tree label="Planets" chosen={chosen}>
        <TreeItem id="earth" level={1} name="Earth" isOpen={isOpen} onPress={() => setOpen(!isOpen)} />
        {isOpen && <TreeItem id="moon" level={2} name="Moon" onPress={() => setChosen("moon")} />}
        <TreeItem id="mars" level={1} name="Mars" onPress={() => setChosen("mars")} />
      </Tree>
    </>
  );
}

const item = (name: string) => page.getByRole("treeitem", { name });

test("arrows walk, open and close, letters lead on, and Enter chooses", async () => {
  await renderPage(<Planets />);
  await page.getByRole("button", { name: "before" }).click();
  await userEvent.keyboard("{Tab}");
  await expect.element(item("Earth")).toHaveFocus();
  await userEvent.keyboard("{ArrowRight}{ArrowRight}");
  await expect.element(item("Moon")).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await expect.element(item("Moon")).toHaveAttribute("aria-selected", "true");
  await userEvent.keyboard("{End}");
  await expect.element(item("Mars")).toHaveFocus();
  await userEvent.keyboard("m");
  await expect.element(item("Moon")).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}");
  await expect.element(item("Earth")).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}");
  await expect.element(item("Earth")).toHaveAttribute("aria-expanded", "false");
  await expect.element(item("Moon")).not.toBeInTheDocument();
});

test("one item is reached by Tab: the one that had the focus last", async () => {
  await renderPage(<Planets />);
  await item("Mars").click();
  await page.getByRole("button", { name: "before" }).click();
  await userEvent.keyboard("{Tab}");
  await expect.element(item("Mars")).toHaveFocus();
});
