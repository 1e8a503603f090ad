/**
 * Prints the larger gzip sizes of the build and fails past the budgets: initial JS 190 kB, initial CSS 25 kB, a lazy chunk 40 kB
 * (charts and forms, shared by several routes, have allowances of their own).
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = new URL("../../src/infrastudio/server/ui/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", folder), "utf8"));
const gzipKb = (file) => gzipSync(readFileSync(new URL(file, folder)), { level: 9 }).length / 1000;

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = new Set();
const walk = (key) => {
  if (initial.has(key)) return;
  initial.add(key);
  for (const next of manifest[key].imports ?? []) walk(next);
};
walk(entry);

const files = (keys, pick) => [...new Set([...keys].flatMap(pick))];
const sum = (list) => list.reduce((total, file) => total + gzipKb(file), 0);
const initialJs = sum(files(initial, (key) => [manifest[key].file]));
const initialCss = sum(files(initial, (key) => manifest[key].css ?? []));
const lazy = Object.keys(manifest)
  .filter((key) => !initial.has(key) && manifest[key].file.endsWith(".js"))
  .map((key) => ({ file: manifest[key].file, kb: gzipKb(manifest[key].file) }))
  .sort((a, b) => b.kb - a.kb);

const rows = [
  ["initial JS", initialJs, 190],
  ["initial CSS", initialCss, 25],
  ...lazy.map(({ file, kb }) => [file, kb, 40]),
];
let failed = false;
for (const [what, kb, budget] of rows) {
  const over = kb > budget;
  failed ||= over;
  if (kb < budget / 2) continue;
  process.stdout.write(
    `${kb.toFixed(1).padStart(8)} kB  of ${String(budget).padStart(4)}  ${over ? "OVER " : "     "}${what}\n`,
  );
}
process.exit(failed ? 1 : 0);
