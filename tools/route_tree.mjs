/**
 * Writes web/src/app/routeTree.gen.ts from the files of web/src/routes, as every build does. Run it in web/:
 *
 *     node ../tools/route_tree.mjs
 *
 * The router's Vite plugin generates when the configuration is resolved, so its options stand in vite.config.ts only.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const fromWeb = createRequire(path.resolve("package.json"));
const { resolveConfig } = await import(pathToFileURL(fromWeb.resolve("vite")).href);
await resolveConfig({ logLevel: "error" }, "build");
