import { QueryClient, QueryClientProvider, queryOptions } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-react";
import { PAGE_SIZE, usePagedRows } from "./paged-rows";

/** A list on a server of ours: its rows are numbers times `factor`, answered when the test says so. */
class Numbers {
  factor = 1;
  total = 1000;
  asked: string[] = [];
  private waiting: (() => void)[] = [];
  held = false;

  async page(filter: string, offset: number) {
    this.asked.push(`${filter}${offset}`);
    if (this.held) await new Promise<void>((release) => this.waiting.push(release));
    const items = Array.from(
      { length: PAGE_SIZE },
      (_, index) => `${filter}${(offset + index) * this.factor}`,
    );
    return { items, total: this.total, total_exact: true, next_cursor: null };
  }

  release(): void {
    this.held = false;
    for (const release of this.waiting.splice(0)) release();
  }
}

function List({ numbers, held = false }: { numbers: Numbers; held?: boolean }) {
  const [filter, setFilter] = useState("");
  const [range, setRange] = useState<[number, number]>([0, 9]);
  const rows = usePagedRows({
    pageQuery: (offset) =>
      queryOptions({ queryKey: ["numbers", filter, offset], queryFn: () => numbers.page(filter, offset) }),
    held,
    identity: "numbers",
  });
  const { onRange } = rows;
  useEffect(() => onRange(range[0], range[1]), [onRange, range]);
  return (
    <>
      <output>{rows.rowAt(range[0]) ?? "…"}</output>
      <p>{`${rows.isPending ? "pending " : ""}${rows.isPlaceholder ? "placeholder " : ""}${rows.hasNewer ? "newer" : ""}`}</p>
      <button type="button" onClick={() => setRange([640, 710])}>
        scroll
      </button>
      <button type="button" onClick={() => setRange([740, 780])}>
        on
      </button>
      <button type="button" onClick={() => setFilter("x")}>
        filter
      </button>
      <button type="button" onClick={() => rows.refetch()}>
        refetch
      </button>
    </>
  );
}

async function show(numbers: Numbers, held = false) {
  const client = new QueryClient();
  await render(
    <QueryClientProvider client={client}>
      <List numbers={numbers} held={held} />
    </QueryClientProvider>,
  );
  return client;
}

const shown = () => page.getByRole("status");
const state = () => document.querySelector("p")?.textContent?.trim();

test("only the pages in view are asked for, and those about to come", async () => {
  const numbers = new Numbers();
  await show(numbers);
  await expect.element(shown()).toMatchTextContent("0");
  await page.getByRole("button", { name: "scroll" }).click();
  await expect.element(shown()).toMatchTextContent("640");
  expect(numbers.asked).toEqual(["0", "600", "700"]);
  await page.getByRole("button", { name: "on" }).click();
  await vi.waitFor(() => expect(numbers.asked).toEqual(["0", "600", "700", "800"]));
});

test("nothing is asked for behind the end", async () => {
  const numbers = new Numbers();
  numbers.total = 800;
  await show(numbers);
  await expect.element(shown()).toMatchTextContent("0");
  await page.getByRole("button", { name: "on" }).click();
  await expect.element(shown()).toMatchTextContent("740");
  expect(numbers.asked).toEqual(["0", "700"]);
});

test("rows of the query before stay while a new filter loads", async () => {
  const numbers = new Numbers();
  await show(numbers);
  await expect.element(shown()).toMatchTextContent("0");
  numbers.held = true;
  await page.getByRole("button", { name: "filter" }).click();
  await vi.waitFor(() => expect(state()).toBe("placeholder"));
  await expect.element(shown()).toMatchTextContent("0");
  numbers.release();
  await expect.element(shown()).toMatchTextContent("x0");
  expect(state()).toBe("");
});

test("rows that are held stay as they are until the reader asks for the newer ones", async () => {
  const numbers = new Numbers();
  const client = await show(numbers, true);
  await expect.element(shown()).toMatchTextContent("0");
  await page.getByRole("button", { name: "scroll" }).click();
  await expect.element(shown()).toMatchTextContent("640");
  numbers.factor = 2;
  await client.invalidateQueries({ queryKey: ["numbers"] });
  await vi.waitFor(() => expect(state()).toBe("newer"));
  await expect.element(shown()).toMatchTextContent("640");
  await page.getByRole("button", { name: "refetch" }).click();
  await expect.element(shown()).toMatchTextContent("1280");
  expect(state()).toBe("");
});

interface Named {
  id: number;
  value: string;
}

/** A short list that is held: each row by its value, and what its pill says. */
function Held({ answer }: { answer: () => Named[] }) {
  const rows = usePagedRows({
    pageQuery: (offset) =>
      queryOptions({
        queryKey: ["named", offset],
        queryFn: () => {
          const items = answer();
          return Promise.resolve({ items, total: items.length, total_exact: true, next_cursor: null });
        },
      }),
    held: true,
    identity: "named",
    idOf: (row) => row.id,
  });
  const values = [0, 1, 2].map((index) => rows.rowAt(index)?.value ?? "-");
  return <output>{`${values.join(" ")} ${rows.hasNewer ? `${rows.newer} newer` : "all"}`}</output>;
}

test("rows that are told apart change in place while they are held; only new ones wait", async () => {
  let rows: Named[] = [
    { id: 1, value: "a" },
    { id: 2, value: "b" },
  ];
  const client = new QueryClient();
  await render(
    <QueryClientProvider client={client}>
      <Held answer={() => rows} />
    </QueryClientProvider>,
  );
  await expect.element(shown()).toMatchTextContent("a b - all");
  rows = [
    { id: 1, value: "a" },
    { id: 2, value: "B" },
  ];
  await client.invalidateQueries({ queryKey: ["named"] });
  await expect.element(shown()).toMatchTextContent("a B - all");
  rows = [{ id: 3, value: "c" }, ...rows];
  await client.invalidateQueries({ queryKey: ["named"] });
  await expect.element(shown()).toMatchTextContent("a B - 1 newer");
});
