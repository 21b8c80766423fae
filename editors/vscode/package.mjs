// `npm run package`: the extension as one file, fimls.vsix, with the server's wheel in it.
// The release (`python -m release`) names the wheel, FIMLS_WHEEL, and the file, FIMLS_VSIX.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

// Only who packages needs it, and it brings 200 packages.
const VSCE = "@vscode/vsce@3.9.2";
// Pictures are in the package: links stay as they are.
const LINKS = ["--allow-missing-repository", "--no-rewrite-relative-links"];
const { FIMLS_VSIX = "fimls.vsix", FIMLS_WHEEL, PYTHON = "python3" } = process.env;
const run = (program, ...args) => execFileSync(program, args, { stdio: "inherit" });

rmSync("server", { recursive: true, force: true });
if (FIMLS_WHEEL === undefined) {
  run(PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", "server", "../..");
} else {
  mkdirSync("server");
  copyFileSync(FIMLS_WHEEL, join("server", basename(FIMLS_WHEEL)));
}
copyFileSync("../../LICENSE", "LICENSE");
run("npm", "exec", "--yes", "--", VSCE, "package", "--no-dependencies", ...LINKS, "--out", FIMLS_VSIX);
