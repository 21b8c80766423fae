// `node esbuild.mjs` bundles the extension, `node esbuild.mjs test` what Node's test runner runs.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bundledPackages, notices } from "./notices.mjs";

const common = { bundle: true, platform: "node", format: "cjs", target: "node20", logLevel: "warning" };

if (process.argv[2] === "test") {
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({ ...common, entryPoints: tests.map((name) => join("test", name)), outdir: "dist/test" });
} else {
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: true,
    sourcemap: process.argv[2] === "develop",
    metafile: true,
  });
  const packages = bundledPackages(Object.keys(metafile.inputs));
  writeFileSync("dist/bundled.json", JSON.stringify(packages, null, 2));
  writeFileSync("NOTICES.txt", notices(packages));
}
