import { QueryClientProvider } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { cleanup, render } from "vitest-browser-react";
import { createQueryClient } from "@/api/query-client";
import type { KeysAsked } from "@/lib/filter-suggestions";
import { CompletingField } from "./completing-field";
import type { FilterCompletion } from "./filter-completion";
import { UiProvider } from "./provider";

afterEach(cleanup);

const told: string[] = [];
const asked: KeysAsked[] = [];
const COMPLETION: FilterCompletion = {
  fields: [
    { name: "name", kind: "text" },
    { name: "status", kind: "choice", values: ["running", "failed"] },
    { name: "started_at", kind: "time" },
  ],
  collections: [{ name: "metrics", kind: "number" }],
  keysQuery: (question) => ({
    queryKey: ["run-columns", question],
    queryFn: () => {
      asked.push(question);
      return [{ collection: "metrics", name: "metrics.val/accuracy" }];
    },
  }),
};

function Field() {
  const [value, setValue] = useState("");
  const field = useRef<HTMLInputElement>(null);
  return (
    <CompletingField
      label="Filter runs"
      placeholder="Filter"
      value={value}
      fieldRef={field}
      error={null}
      completion={COMPLETION}
      onChange={(text) => {
        told.push(text);
        setValue(text);
      }}
    />
  );
}

async function shown() {
  told.length = 0;
  asked.length = 0;
  await render(
    <QueryClientProvider client={createQueryClient()}>
      <UiProvider>
        <Field />
        <button type="button">after</button>
      </UiProvider>
    </QueryClientProvider>,
  );
  return page.getByRole("combobox", { name: "Filter runs" });
}

const options = () =>
  page
    .getByRole("option")
    .elements()
    .map((option) => option.querySelector("code")?.textContent);

test("a filter is put together by keys, and told once it is a whole", async () => {
  const field = await shown();
  await userEvent.type(field, "sta");
  await expect.element(page.getByRole("listbox")).toBeVisible();
  expect(options()).toEqual(["status", "started_at"]);
  await expect.element(field).toHaveAttribute("aria-expanded", "true");
  await userEvent.keyboard("{Tab}");
  await expect.element(field).toHaveValue("status ");
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await expect.element(field).toHaveValue("status = ");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  const chosen = page.getByRole("option", { selected: true });
  await expect.element(chosen).toMatchTextContent("failed");
  await expect
    .element(field)
    .toHaveAttribute("aria-activedescendant", chosen.element().getAttribute("id") ?? "");
  await userEvent.keyboard("{Enter}");
  await expect.element(field).toHaveValue("status = 'failed' ");
  expect(told).toEqual([]);
  await userEvent.keyboard("{Enter}");
  expect(told).toEqual(["status = 'failed' "]);
  await expect.element(page.getByRole("listbox")).not.toBeInTheDocument();
});

test("without a choice Enter filters by what is typed, and Tab goes on where nothing is begun", async () => {
  const field = await shown();
  await userEvent.type(field, "sta{Enter}");
  expect(told).toEqual(["sta"]);
  await userEvent.type(field, "tus ");
  await expect.element(page.getByRole("listbox")).toBeVisible();
  await userEvent.keyboard("{Tab}");
  await expect.element(page.getByRole("button", { name: "Clear filter runs" })).toHaveFocus();
  expect(told.at(-1)).toBe("status ");
});

test("Esc closes the suggestions first, then clears, then leaves", async () => {
  const field = await shown();
  await userEvent.type(field, "sta");
  await expect.element(page.getByRole("listbox")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("listbox")).not.toBeInTheDocument();
  await expect.element(field).toHaveValue("sta");
  await userEvent.keyboard("{Escape}");
  await expect.element(field).toHaveValue("");
  await userEvent.keyboard("{Escape}");
  await expect.element(field).not.toHaveFocus();
});

test("names are found by the server as typing rests; one is taken with the pointer", async () => {
  const field = await shown();
  await userEvent.type(field, "metrics.val");
  await page.getByRole("option", { name: /metrics.val\/accuracy/ }).click();
  await expect.element(field).toHaveValue("metrics.val/accuracy ");
  await expect.element(field).toHaveFocus();
  expect(asked.at(-1)).toEqual({ collection: "metrics", part: "val" });
});

test("words that no filter knows open nothing", async () => {
  const field = await shown();
  await userEvent.type(field, "my favourite run");
  await expect.element(page.getByRole("listbox")).not.toBeInTheDocument();
  await userEvent.keyboard("{Enter}");
  expect(told).toEqual(["my favourite run"]);
});
