import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { cleanup, render } from "vitest-browser-react";
import { listenToShortcuts } from "../shortcuts";
import type { Column, Sort } from "./columns";
import { DataTable } from "./data-table";

interface Row {
  id: string;
  name: string;
  loss: number;
}

const columns: Column<Row>[] = [
  { id: "name", header: "Name", width: 200, grow: 1, sort: "name", fixed: true, cell: (row) => row.name },
  { id: "loss", header: "Loss", width: 100, align: "right", sort: "metrics.loss", cell: (row) => row.loss },
];

interface ExampleProps {
  count: number;
  onOpen?: (row: Row, inNewTab: boolean) => void;
  onSort?: (sort: Sort) => void;
  primary?: boolean;
}

function Example({ count, onOpen, onSort, primary }: ExampleProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [sort, setSort] = useState<Sort | null>(null);
  return (
    <div style={{ display: "flex", height: 400, width: 800 }}>
      <DataTable
        label="Runs"
        columns={columns}
        rowCount={count}
        rowAt={(index) => ({ id: `r${index}`, name: `run ${index}`, loss: index / 10 })}
        idOf={(row) => row.id}
        nameOf={(row) => row.name}
        selection={{ selected, onChange: setSelected }}
        sort={sort}
        onSort={(next) => {
          setSort(next);
          onSort?.(next);
        }}
        onOpen={onOpen}
        primary={primary}
      />
      <output>{[...selected].join(",")}</output>
    </div>
  );
}

const focused = () => document.activeElement?.closest("tr")?.textContent;
const selected = () => document.querySelector("output")?.textContent;
let stop: () => void = () => {};

afterEach(() => {
  stop();
  cleanup();
});

test("j and k move wherever the focus is, Enter opens, o opens in a new tab, x selects", async () => {
  stop = listenToShortcuts();
  const opened = vi.fn();
  await render(<Example count={10} primary onOpen={(row, inNewTab) => opened(row.id, inNewTab)} />);
  await userEvent.keyboard("jjjk");
  expect(focused()).toContain("run 1");
  await userEvent.keyboard("{Enter}");
  await userEvent.keyboard("jo");
  expect(opened.mock.calls).toEqual([
    ["r1", false],
    ["r2", true],
  ]);
  await userEvent.keyboard("xjjX");
  expect(selected()).toBe("r2,r3,r4");
});

test("the end of a hundred thousand rows is one key away, and only rows in view exist", async () => {
  await render(<Example count={100_000} />);
  (document.querySelector("tr[data-index]") as HTMLElement).focus();
  await userEvent.keyboard("{End}");
  await vi.waitFor(() => expect(focused()).toContain("run 99999"));
  expect(document.querySelectorAll("tr[data-index]").length).toBeLessThan(60);
  const table = page.getByRole("grid", { name: "Runs" });
  await expect.element(table).toHaveAttribute("aria-rowcount", "100001");
  expect(document.activeElement?.getAttribute("aria-rowindex")).toBe("100001");
});

test("shift G goes to the last row of a list, g g back to the first, wherever the focus is", async () => {
  stop = listenToShortcuts();
  await render(<Example count={100_000} primary />);
  await userEvent.keyboard("{Shift>}G{/Shift}");
  await vi.waitFor(() => expect(focused()).toContain("run 99999"));
  await userEvent.keyboard("gg");
  await vi.waitFor(() => expect(focused()).toContain("run 0"));
});

test("rows on their way give their place to any others, and one that came twice is drawn twice", async () => {
  const ids = (from: number) => Array.from({ length: 8 }, (_, index) => `${from + index}`);
  const table = (rows: readonly (string | undefined)[]) => (
    <div style={{ display: "flex", height: 400, width: 400 }}>
      <DataTable
        label="Numbers"
        columns={[{ id: "id", header: "Id", width: 100, cell: (id: string) => id }]}
        rowCount={rows.length}
        rowAt={(index) => rows[index]}
        idOf={(id) => id}
        nameOf={(id) => id}
      />
    </div>
  );
  const shown = () => [...document.querySelectorAll("tr[data-index]")].map((row) => row.textContent);
  const { rerender } = await render(table([...ids(3), undefined, undefined, undefined]));
  await rerender(table([...ids(3), ...ids(8).slice(0, 3)]));
  expect(shown()).toEqual([...ids(3), "8", "9", "10"]);
  await rerender(table(ids(20)));
  expect(shown()).toEqual(ids(20));
});

test("a list that becomes shorter than it was scrolled shows its end at once", async () => {
  const { rerender } = await render(<Example count={10_000} />);
  const scroller = document.querySelector("table")?.parentElement as HTMLElement;
  scroller.scrollTop = 200_000;
  const last = () => [...document.querySelectorAll("tr[data-index]")].at(-1)?.getAttribute("data-index");
  await vi.waitFor(() => expect(Number(last())).toBeGreaterThan(6000));
  await rerender(<Example count={300} />);
  expect(last()).toBe("299");
});

test("a fling shows where rows stand, and the rows once it rests", async () => {
  await render(<Example count={100_000} />);
  const scroller = document.querySelector("table")?.parentElement as HTMLElement;
  const first = () => Number(document.querySelector("tr[data-index]")?.getAttribute("data-index"));
  const inView = () => Math.floor(scroller.scrollTop / 32);
  const lines = () =>
    getComputedStyle(document.querySelector("tbody tr:last-child td") as Element).backgroundImage;
  expect(lines()).toBe("none");
  // Steps with a pause between them, on a machine that is busy, are jumps: it flies once they come quickly.
  await vi.waitFor(async () => {
    scroller.scrollTop += 20_000;
    await new Promise(requestAnimationFrame);
    expect(first()).toBeLessThan(inView() - 50);
    expect(lines()).toContain("repeating-linear-gradient");
  });
  await vi.waitFor(() => expect(first()).toBeGreaterThan(inView() - 50));
  expect(lines()).toBe("none");
});

test("the page is told when the list leaves its top, and when it is back", async () => {
  const told = vi.fn();
  await render(
    <div style={{ display: "flex", height: 400, width: 400 }}>
      <DataTable
        label="Numbers"
        columns={NUMBERS}
        rowCount={200}
        rowAt={String}
        idOf={(id) => id}
        nameOf={(id) => id}
        onTop={told}
      />
    </div>,
  );
  const scroller = document.querySelector("table")?.parentElement as HTMLElement;
  for (const top of [100, 300, 0]) {
    scroller.scrollTop = top;
    await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith(top === 0));
  }
  expect(told.mock.calls).toEqual([[false], [true]]);
});

/** Rows that are called by their ids. */
function Numbered({ ids }: { ids: readonly string[] }) {
  return (
    <div style={{ display: "flex", height: 400, width: 400 }}>
      <DataTable
        label="Numbers"
        primary
        columns={NUMBERS}
        rowCount={ids.length}
        rowAt={(index) => ids[index]}
        idOf={(id) => id}
        nameOf={(id) => id}
      />
    </div>
  );
}
const NUMBERS: Column<string>[] = [{ id: "id", header: "Id", width: 100, cell: (id) => id }];

test("the focus stays with its row when another one comes above it", async () => {
  stop = listenToShortcuts();
  const { rerender } = await render(<Numbered ids={["a", "b", "c"]} />);
  await userEvent.keyboard("jj");
  expect(focused()).toBe("b");
  await rerender(<Numbered ids={["new", "a", "b", "c"]} />);
  await vi.waitFor(() => expect(focused()).toBe("b"));
});

test("a short table is a plain table: no spacers, no grid", async () => {
  await render(<Example count={3} />);
  await expect.element(page.getByRole("table", { name: "Runs" })).toBeVisible();
  expect(document.querySelectorAll("tbody tr")).toHaveLength(3);
});

test("no column gets less than its width, and what is left goes to those that grow", async () => {
  const widths = [100, 100, 150, 110];
  await render(
    <div style={{ display: "flex", height: 200, width: 660 }}>
      <DataTable
        label="Models"
        columns={widths.map((width, index) => ({
          id: `c${index}`,
          header: `c${index}`,
          width,
          grow: index < 2 ? index + 1 : undefined,
          cell: () => "x",
        }))}
        rowCount={1}
        rowAt={() => ({})}
        idOf={() => "one"}
        nameOf={() => "one"}
      />
    </div>,
  );
  await vi.waitFor(() => {
    const shown = [...document.querySelectorAll("th")].map((cell) => cell.getBoundingClientRect().width);
    expect(shown.map(Math.round)).toEqual([167, 233, 150, 110]);
  });
});

test("a header sorts, and says so", async () => {
  const sorted = vi.fn();
  await render(<Example count={3} onSort={sorted} />);
  await page.getByRole("button", { name: "Loss" }).click();
  await expect
    .element(page.getByRole("columnheader", { name: "Loss" }))
    .toHaveAttribute("aria-sort", "descending");
  await page.getByRole("button", { name: "Loss" }).click();
  await expect
    .element(page.getByRole("columnheader", { name: "Loss" }))
    .toHaveAttribute("aria-sort", "ascending");
  expect(sorted.mock.calls).toEqual([
    [{ by: "metrics.loss", order: "desc" }],
    [{ by: "metrics.loss", order: "asc" }],
  ]);
});

test("check boxes are native ones, named after their rows", async () => {
  await render(<Example count={3} />);
  await page.getByRole("checkbox", { name: "Select run 1", exact: true }).click();
  expect(selected()).toBe("r1");
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).click();
  expect(selected()).toBe("");
});

interface Amount {
  id: string;
  amount: number;
}

/** A table whose amounts are changed in place, up to 100. */
function Editable({
  onCommit,
  onRefuse,
  rows = ["r0", "r1", "r2"],
}: {
  onCommit: (text: string, id: string) => void;
  onRefuse: (why: string) => void;
  rows?: readonly string[];
}) {
  const [columns] = useState((): Column<Amount>[] => [
    { id: "id", header: "Id", width: 100, cell: (row) => row.id },
    {
      ...{ id: "amount", header: "Amount", width: 100, cell: (row: Amount) => row.amount },
      edit: {
        kind: "number",
        can: () => true,
        value: (row) => String(row.amount),
        check: (text) => (Number(text) <= 100 ? null : "at most 100"),
        commit: (row, text) => onCommit(text, row.id),
        refuse: (_, __, why) => onRefuse(why),
      },
    },
  ]);
  return (
    <div style={{ display: "flex", height: 300, width: 400 }}>
      <DataTable
        label="Amounts"
        primary
        columns={columns}
        rowCount={rows.length}
        rowAt={(index) => ({ id: rows[index] as string, amount: Number(rows[index]?.slice(1)) })}
        idOf={(row) => row.id}
        nameOf={(row) => row.id}
      />
    </div>
  );
}

test("arrows go to a cell, Enter edits it, Escape gives it up, and down stays in its column", async () => {
  stop = listenToShortcuts();
  const [onCommit, onRefuse] = [vi.fn(), vi.fn()];
  await render(<Editable onCommit={onCommit} onRefuse={onRefuse} />);
  await userEvent.keyboard("j{ArrowRight}{Enter}7{Escape}");
  expect(onCommit).not.toHaveBeenCalled();
  await userEvent.keyboard("{ArrowDown}{Enter}8{Enter}");
  expect(onCommit.mock.calls).toEqual([["8", "r1"]]);
  expect(document.activeElement?.closest("tr")?.textContent).toContain("r1");
  await userEvent.keyboard("{ArrowLeft}");
  expect(document.activeElement?.tagName).toBe("TR");
});

test("what is being typed stays with its row when another one comes above it", async () => {
  stop = listenToShortcuts();
  const [onCommit, onRefuse] = [vi.fn(), vi.fn()];
  const { rerender } = await render(<Editable onCommit={onCommit} onRefuse={onRefuse} />);
  await page.getByRole("cell", { name: "1", exact: true }).click();
  await userEvent.keyboard("42");
  await rerender(<Editable onCommit={onCommit} onRefuse={onRefuse} rows={["r9", "r0", "r1", "r2"]} />);
  await expect.element(page.getByRole("textbox", { name: "Amount of r1" })).toHaveValue("42");
  await userEvent.keyboard("{Enter}");
  expect(onCommit.mock.calls).toEqual([["42", "r1"]]);
});

test("a cell that is left with something wrong says so and is refused", async () => {
  stop = listenToShortcuts();
  const [onCommit, onRefuse] = [vi.fn(), vi.fn()];
  await render(<Editable onCommit={onCommit} onRefuse={onRefuse} />);
  await page.getByRole("cell", { name: "2", exact: true }).click();
  await userEvent.keyboard("900{Enter}");
  await expect.element(page.getByRole("alert")).toMatchTextContent("at most 100");
  const alert = page.getByRole("alert").element();
  const { left, bottom } = alert.getBoundingClientRect();
  expect(document.elementFromPoint(left + 4, bottom - 4), "it is not cut off by its row").toBe(alert);
  expect(onRefuse).not.toHaveBeenCalled();
  await page.getByRole("columnheader", { name: "Id" }).click();
  expect(onRefuse.mock.calls).toEqual([["at most 100"]]);
  expect(onCommit).not.toHaveBeenCalled();
});
