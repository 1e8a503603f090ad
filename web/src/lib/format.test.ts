import { describe, expect, test } from "vitest";
import { parseAnsi, stripAnsi } from "./ansi";
import { retryDelayMs } from "./backoff";
import { LruMap } from "./lru";
import { formatCompact, formatMeasured, formatValue, fromWire, plural } from "./numbers";
import { apiBaseOf, normalizeRoot, rootPath } from "./root";
import { formatAbsolute, formatRelative, parseMoment, parseTime } from "./time";
import { formatBytes, formatDuration } from "./units";

const T = Date.UTC(2026, 10, 20, 13, 41, 7, 512);

describe("numbers", () => {
  test("no value is never a zero", () =>
    expect([formatValue(null), formatValue(0), formatBytes(null)]).toEqual(["—", "0", "—"]));
  test("special floats travel as words", () => {
    expect(fromWire("NaN")).toBeNaN();
    expect([fromWire("-Infinity"), fromWire(1.5), fromWire(null)]).toEqual([
      Number.NEGATIVE_INFINITY,
      1.5,
      null,
    ]);
    expect([formatValue(Number.NaN), formatValue(Number.POSITIVE_INFINITY)]).toEqual(["NaN", "∞"]);
  });
  test("values keep four digits", () =>
    expect([0.123456, 12.3456, 1234567.8, 0.0000123, 1e12].map((n) => formatValue(n))).toEqual([
      "0.1235",
      "12.35",
      "1,234,568",
      "1.230e-5",
      "1.000e12",
    ]));
  test("values of a column keep the same number of digits", () => {
    expect([0.4, 1.98, 12, 12345.678, Number.NaN, null].map((n) => formatMeasured(n))).toEqual([
      "0.4000",
      "1.980",
      "12",
      "12,346",
      "NaN",
      "—",
    ]);
  });
  test("counts are short where space is", () =>
    expect([999, 9999, 31_000, 999_960, 1_000_054].map(formatCompact)).toEqual([
      "999",
      "9,999",
      "31k",
      "1.0M",
      "1.0M",
    ]));
  test("plurals", () =>
    expect([plural(0, "run"), plural(1, "run"), plural(1200, "run")]).toEqual([
      "no runs",
      "1 run",
      "1,200 runs",
    ]));
});

describe("units", () => {
  test("durations", () =>
    expect([0, 0.25, 1.5, 42, 72, 4020, 200_000].map(formatDuration)).toEqual([
      "0 s",
      "250 ms",
      "1.5 s",
      "42 s",
      "1 m 12 s",
      "1 h 07 m",
      "2 d 7 h",
    ]));
  test("sizes are binary", () =>
    expect([512, 1536, 5 * 2 ** 30].map(formatBytes)).toEqual(["512 B", "1.5 KiB", "5.0 GiB"]));
});

describe("time", () => {
  test("is read to the microsecond", () =>
    expect(parseTime("2026-11-20T13:41:07.512345Z")).toBeCloseTo(T + 0.345, 3));
  test("is relative in lists", () =>
    expect(
      [0, 42_000, 14 * 60_000, 3 * 3_600_000, 40 * 86_400_000].map((ago) =>
        formatRelative(T - ago, T, "UTC"),
      ),
    ).toEqual(["just now", "42 s ago", "14 m ago", "3 h ago", "11 Oct 2026"]));
  test("is absolute in details", () =>
    expect(formatAbsolute(T, "UTC", true)).toBe("20 Nov 2026 13:41:07.512 UTC"));
  test("is understood as people type it", () => {
    expect(parseMoment("-15m", T)).toBe(T - 900_000);
    expect(parseMoment("now-2h", T)).toBe(T - 7_200_000);
    expect(parseMoment("13:22:10", T, "UTC")).toBe(Date.UTC(2026, 10, 20, 13, 22, 10));
    expect(parseMoment("13:59", T, "UTC")).toBe(Date.UTC(2026, 10, 19, 13, 59));
    expect(parseMoment("2026-11-20T10:00:00Z", T)).toBe(Date.UTC(2026, 10, 20, 10));
    expect([parseMoment("soon", T), parseMoment("25:00", T)]).toEqual([null, null]);
  });
});

test("the mount path always has a slash at both ends", () => {
  expect(["", "/", "studio", "/studio", "/a/b/"].map(normalizeRoot)).toEqual([
    "/",
    "/",
    "/studio/",
    "/studio/",
    "/a/b/",
  ]);
  expect(rootPath("/api/runs", "/studio/")).toBe("/studio/api/runs");
});

test("retries wait half a second, doubled up to fifteen, spread by a quarter", () => {
  expect([0, 1, 4, 5, 50].map((attempt) => retryDelayMs(attempt, () => 0.5))).toEqual([
    500, 1000, 8000, 15_000, 15_000,
  ]);
  expect([retryDelayMs(0, () => 0), retryDelayMs(0, () => 1)]).toEqual([375, 625]);
});

test("terminal colours are read, other control codes dropped", () => {
  expect(parseAnsi("\u001b[31;1mred\u001b[0m plain\u001b[2K")).toEqual([
    { text: "red", color: 1, bold: true, dim: false },
    { text: " plain", color: null, bold: false, dim: false },
  ]);
  expect(stripAnsi("\u001b]0;title\u0007a\u001b[32mb")).toBe("ab");
});

test("an LRU map forgets what was used longest ago", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
});

test("the API lies under the pages' own root unless it has an address of its own", () => {
  expect([apiBaseOf("", "/"), apiBaseOf("", "/studio/")]).toEqual(["", "/studio"]);
  expect(apiBaseOf("https://api.example/base/", "/studio/")).toBe("https://api.example/base");
});
