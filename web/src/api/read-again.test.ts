import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { asOfKey } from "./as-of";
import { readAgain } from "./read-again";

/** A list that is watched; the test says when the server makes its answers, and when they arrive. */
function setUp(key: readonly unknown[] = ["numbers", "list"]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  const arrivals: (() => void)[] = [];
  let value = 1;
  const seen: unknown[] = [];
  const observer = new QueryObserver(client, {
    queryKey: key,
    queryFn: () => {
      const made = value;
      return new Promise<number>((resolve) => arrivals.push(() => resolve(made)));
    },
  });
  const change = (next: number) => {
    value = next;
  };
  observer.subscribe(({ data }) => seen.push(data));
  return { client, arrivals, seen, change };
}

test("an answer that is there is asked for again", async () => {
  const { client, arrivals, seen, change } = setUp();
  arrivals[0]?.();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(1));
  change(2);
  readAgain(client, ["numbers"]);
  await vi.waitFor(() => expect(arrivals).toHaveLength(2));
  arrivals[1]?.();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(2));
});

test("a first answer that was made before the change is shown, and then asked for again, once", async () => {
  const { client, arrivals, seen, change } = setUp();
  change(2);
  readAgain(client, ["numbers"]);
  readAgain(client);
  expect(arrivals).toHaveLength(1);
  arrivals[0]?.();
  await vi.waitFor(() => expect(seen).toContain(1));
  await vi.waitFor(() => expect(arrivals).toHaveLength(2));
  arrivals[1]?.();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(2));
  expect(arrivals).toHaveLength(2);
});

test("what stands under another key stays as it is", async () => {
  const { client, arrivals, seen } = setUp();
  arrivals[0]?.();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(1));
  readAgain(client, ["letters"]);
  expect(arrivals).toHaveLength(1);
});

test("what is shown as of a moment stays as it is, whatever happens", async () => {
  const { client, arrivals, seen } = setUp(asOfKey("seq:12", ["numbers", "list"]));
  readAgain(client, ["numbers"]);
  readAgain(client);
  arrivals[0]?.();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(1));
  readAgain(client, ["numbers"]);
  readAgain(client);
  expect(arrivals).toHaveLength(1);
});
