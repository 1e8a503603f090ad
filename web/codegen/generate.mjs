/**
 * Writes web/src/api/schema.gen.ts from an OpenAPI document.
 *
 * Usage: npm run codegen -- path/to/openapi.json [--check]
 * `--check` writes nothing and exits 1 when the committed file is not what the document gives.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const target = fileURLToPath(new URL("../src/api/schema.gen.ts", import.meta.url));
const [source, ...flags] = process.argv.slice(2);
if (!source) {
  process.stderr.write("codegen: name the OpenAPI document: npm run codegen -- openapi.json\n");
  process.exit(2);
}
// npm changes into this package; a relative path means the caller's folder.
const document = pathToFileURL(path.resolve(process.env.INIT_CWD ?? process.cwd(), source));
const header = "/** Generated from the server's OpenAPI document by web/codegen. Do not edit. */\n\n";
const text =
  header + astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }));
if (flags.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== text) {
    process.stderr.write("codegen: src/api/schema.gen.ts is not fresh; run npm run codegen\n");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
  process.stdout.write(`codegen: wrote ${path.relative(process.cwd(), target)}\n`);
}
