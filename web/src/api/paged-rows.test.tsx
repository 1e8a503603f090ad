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

test("only the pages in view are asked for", async () => {
  const numbers = new Numbers();
  await show(numbers);
  await expect.element(shown()).toMatchTextContent("0");
  await page.getByRole("button", { name: "scroll" }).click();
  await expect.element(shown()).toMatchTextContent("640");
  expect(numbers.asked).toEqual(["0", "600", "700"]);
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
