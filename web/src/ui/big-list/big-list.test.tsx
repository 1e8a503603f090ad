import { createRef } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { cleanup, render } from "vitest-browser-react";
import { BigList, type BigListHandle } from "./big-list";
import { LineCache } from "./line-cache";

const TOTAL = 5_000_000;

/** Lines that are made up when they are asked for. */
function numbered(total: number): LineCache<string> {
  return new LineCache<string>(
    {
      lines: async (from, count) =>
        Array.from({ length: Math.min(count, total - from) }, (_, i) => `line ${from + i}`),
    },
    total,
  );
}

function Example({
  cache,
  handle,
  follow,
}: {
  cache: LineCache<string>;
  handle?: React.Ref<BigListHandle>;
  follow?: boolean;
}) {
  return (
    <div style={{ display: "flex", height: 400, width: 600 }}>
      <BigList label="Lines" cache={cache} rowHeight={20} ref={handle} follow={follow}>
        {(line) => line ?? "…"}
      </BigList>
    </div>
  );
}

const grid = () => document.querySelector('[role="grid"]') as HTMLElement;

/** Texts of the rows that a person sees. */
function visible(): string[] {
  const box = grid().getBoundingClientRect();
  return [...grid().querySelectorAll('[role="row"]')]
    .filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > box.top + 1 && top < box.bottom - 1;
    })
    .map((row) => row.textContent ?? "");
}

afterEach(() => cleanup());

test("five million rows: the scroll bar's end is the last row", async () => {
  await render(<Example cache={numbered(TOTAL)} />);
  await vi.waitFor(() => expect(visible()[0]).toBe("line 0"));
  grid().scrollTop = grid().scrollHeight;
  await vi.waitFor(() => expect(visible().at(-1)).toBe(`line ${TOTAL - 1}`));
  expect(visible()).toHaveLength(20);
  expect(grid().querySelectorAll('[role="row"]').length).toBeLessThan(100);
});

test("the wheel moves by its own pixels, however long the list is", async () => {
  const handle = createRef<BigListHandle>();
  await render(<Example cache={numbered(TOTAL)} handle={handle} />);
  await vi.waitFor(() => expect(visible()).toHaveLength(20));
  handle.current?.showRow(2_500_000);
  await vi.waitFor(() => expect(visible()).toContain("line 2500000"));
  const first = Number(visible()[0]?.slice(5));
  grid().dispatchEvent(new WheelEvent("wheel", { deltaY: 100, cancelable: true, bubbles: true }));
  await vi.waitFor(() => expect(Number(visible()[0]?.slice(5))).toBe(first + 5));
});

test("Home, End and the arrows work by key", async () => {
  await render(<Example cache={numbered(TOTAL)} />);
  await vi.waitFor(() => expect(visible()[0]).toBe("line 0"));
  grid().focus();
  await userEvent.keyboard("{End}");
  await vi.waitFor(() => expect(visible().at(-1)).toBe(`line ${TOTAL - 1}`));
  await userEvent.keyboard("{Home}");
  await vi.waitFor(() => expect(visible()[0]).toBe("line 0"));
});

test("following keeps the end in view as lines come", async () => {
  const cache = numbered(1000);
  await render(<Example cache={cache} follow />);
  await vi.waitFor(() => expect(visible().at(-1)).toBe("line 999"));
  cache.append(1000, "a new line");
  await vi.waitFor(() => expect(visible().at(-1)).toBe("a new line"));
});

test("a change of the window's height leaves the first row where it was", async () => {
  const handle = createRef<BigListHandle>();
  const screen = await render(<Example cache={numbered(TOTAL)} handle={handle} />);
  await vi.waitFor(() => expect(visible()).toHaveLength(20));
  handle.current?.showRow(1_234_567);
  await vi.waitFor(() => expect(visible()).toContain("line 1234567"));
  const first = visible()[0];
  const frame = screen.container.firstElementChild as HTMLElement;
  frame.style.height = "300px";
  await vi.waitFor(() => expect(visible().length).toBeLessThan(17));
  expect(visible()[0]).toBe(first);
});
