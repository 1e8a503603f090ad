import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Folders of src from left to right: each imports only itself and what stands further right. */
const ORDER = ["app", "routes", "features", "live", "ui", "api", "lib"];
/** Libraries that only ui/ may use: everybody else takes our parts. */
const BEHIND_UI = /^(@mantine\/|uplot|@tanstack\/react-virtual)/;

const src = fileURLToPath(new URL("../src/", import.meta.url));

interface Import {
  from: string;
  to: string;
}

const files = globSync("**/*.{ts,tsx}", { cwd: src }).filter((file) => !file.endsWith(".gen.ts"));

/** Every import of every file, ours as paths below src, others by name. */
const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(path.join(src, from), "utf8");
  const names = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"([^"]+)"/g)].map(
    (match) => match[1] as string,
  );
  return names.map((name) => ({ from, to: resolve(from, name) }));
});

function resolve(from: string, name: string): string {
  if (name.startsWith("@/")) return name.slice(2);
  return name.startsWith(".") ? path.posix.join(path.posix.dirname(from), name) : name;
}

const rank = (file: string) => ORDER.indexOf(file.split("/")[0] as string);
const featureOf = (file: string) => /^features\/([^/]+)\//.exec(file)?.[1];
const say = ({ from, to }: Import) => `${from} imports ${to}`;

test("the scan finds the imports", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(imports.map(say)).toContain("live/run-live.ts imports lib/resume");
});

test("imports point from left to right", () => {
  const wrong = imports.filter(({ from, to }) => rank(from) >= 0 && rank(to) >= 0 && rank(to) < rank(from));
  expect(wrong.map(say)).toEqual([]);
});

test("a feature does not import another", () => {
  const wrong = imports.filter(
    ({ from, to }) => featureOf(from) && featureOf(to) && featureOf(from) !== featureOf(to),
  );
  expect(wrong.map(say)).toEqual([]);
});

test("component libraries stay behind ui", () => {
  const wrong = imports.filter(({ from, to }) => BEHIND_UI.test(to) && !from.startsWith("ui/"));
  expect(wrong.map(say)).toEqual([]);
});

test("no file is longer than 500 lines", () => {
  const long = files.filter((file) => readFileSync(path.join(src, file), "utf8").split("\n").length > 500);
  expect(long).toEqual([]);
});

test("colours are tokens", () => {
  const styled = globSync("**/*.{css,tsx}", { cwd: src }).filter((file) => !file.endsWith("tokens.css"));
  const wrong = styled.filter((file) =>
    /#[0-9a-f]{3,8}\b(?!;?\s*\*)/i.test(
      readFileSync(path.join(src, file), "utf8").replace(/#000 12%|`#L|"#|#\$/g, ""),
    ),
  );
  expect(wrong).toEqual([]);
});
