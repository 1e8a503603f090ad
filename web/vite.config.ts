import { fileURLToPath } from "node:url";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./tools/precompress.ts";

/** Every root the server answers itself; the dev server passes them on (sockets included). */
const SERVER_ROOTS = [
  "/api",
  "/ajax-api",
  "/ws",
  "/v1",
  "/v2",
  "/serve",
  "/invocations",
  "/get-artifact",
  "/model-versions",
  "/graphql",
  "/mcp",
  "/metrics",
  "/health",
  "/ready",
  "/version",
  "/docs",
  "/redoc",
  "/openapi.json",
];

const server = process.env.STUDIO_DEV_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  // Relative, so that the same files work under any STUDIO_ROOT_PATH: the server rewrites <base href>.
  base: "./",
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: "./src/routes",
      generatedRouteTree: "./src/app/routeTree.gen.ts",
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
    precompress(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/infrastudio/server/ui",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    manifest: true,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      SERVER_ROOTS.map((root) => [
        `^${root}(/|$|\\?)`,
        { target: server, changeOrigin: false, ws: root === "/ws" },
      ]),
    ),
  },
});
