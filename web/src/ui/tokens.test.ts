import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function tokensOf(scheme: string): Record<string, string> {
  const block = new RegExp(`color-scheme="${scheme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/g)].map(([, name, value]) => [name, value]),
  );
}

function channel(hex: string, index: number): number {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
  const value = Number.parseInt(full.slice(1 + index * 2, 3 + index * 2), 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function luminance(hex: string): number {
  return 0.2126 * channel(hex, 0) + 0.7152 * channel(hex, 1) + 0.0722 * channel(hex, 2);
}

/** Contrast ratio by WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["bg-canvas", "bg-panel", "bg-raised", "bg-hover", "bg-active"];
const TONES = ["ok", "run", "warn", "err", "pend", "mute"];

describe.each(["dark", "light"])("in the %s theme", (scheme) => {
  const tokens = tokensOf(scheme);
  const ratio = (front: string, back: string) => contrast(tokens[front] as string, tokens[back] as string);

  test.each(["fg-1", "fg-2", "fg-3", "accent-fg"])("%s is readable on every surface", (text) => {
    for (const surface of SURFACES) expect(ratio(text, surface), surface).toBeGreaterThanOrEqual(4.5);
  });

  test.each(TONES)("%s is readable on its own soft ground and on panels", (tone) => {
    for (const surface of [`${tone}-soft`, "bg-canvas", "bg-panel", "bg-raised"])
      expect(ratio(`${tone}-fg`, surface), surface).toBeGreaterThanOrEqual(4.5);
  });

  test.each(TONES)("a mark in %s stands out from its ground", (tone) => {
    for (const surface of ["bg-canvas", "bg-panel"])
      expect(ratio(`${tone}-solid`, surface), surface).toBeGreaterThanOrEqual(3);
  });

  test("text on the accent and on marks is readable", () => {
    expect(ratio("on-solid", "accent-solid")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("fg-1", "mark")).toBeGreaterThanOrEqual(4.5);
    for (const text of ["fg-1", "fg-2", "fg-3"])
      expect(ratio(text, "accent-soft"), text).toBeGreaterThanOrEqual(4.5);
    expect(ratio("accent-fg", "accent-soft")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("err-fg", "err-soft")).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "line-control", "pin-a", "pin-b"])(
    "%s stands out from a panel",
    (mark) => {
      for (const surface of ["bg-canvas", "bg-panel"])
        expect(ratio(mark, surface), surface).toBeGreaterThanOrEqual(3);
    },
  );
});

test("both themes define the same tokens", () => {
  expect(Object.keys(tokensOf("dark")).sort()).toEqual(Object.keys(tokensOf("light")).sort());
  expect(Object.keys(tokensOf("dark"))).toHaveLength(45);
});
