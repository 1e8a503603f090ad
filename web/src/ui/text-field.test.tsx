import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { cleanup, render } from "vitest-browser-react";
import { FilterField } from "./text-field";

afterEach(cleanup);

const told: string[] = [];
let answer: (value: string) => void = () => {};

/** The address takes what it is told later than more is typed. */
function Slow({ delayMs, atOnce }: { delayMs: number; atOnce?: boolean }) {
  const [value, setValue] = useState("");
  answer = setValue;
  return (
    <FilterField
      label="Filter"
      value={value}
      delayMs={delayMs}
      atOnce={atOnce}
      onChange={(text) => {
        told.push(text);
      }}
    />
  );
}

test("the first key is told at once, what follows it closely when typing rests", async () => {
  told.length = 0;
  await render(<Slow delayMs={100_000} atOnce />);
  await userEvent.type(page.getByRole("searchbox"), "abc");
  expect(told).toEqual(["a"]);
  await userEvent.keyboard("{Enter}");
  expect(told).toEqual(["a", "abc"]);
});

test("an answer that comes late takes nothing away that was typed since; another address does", async () => {
  told.length = 0;
  await render(<Slow delayMs={100_000} atOnce />);
  const field = page.getByRole("searchbox");
  await userEvent.type(field, "ab");
  answer("a");
  await expect.element(field).toHaveValue("ab");
  answer("from a link");
  await expect.element(field).toHaveValue("from a link");
});
