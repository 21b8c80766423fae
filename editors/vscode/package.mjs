// `npm run package`: the extension as one file, fimls.vsix, with the server's wheel in it.

import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";

// Only who packages needs it, and it brings 200 packages.
const VSCE = "@vscode/vsce@3.9.2";
// Pictures are in the package: links stay as they are.
const LINKS = ["--allow-missing-repository", "--no-rewrite-relative-links"];
const run = (program, ...args) => execFileSync(program, args, { stdio: "inherit" });

rmSync("server", { recursive: true, force: true });
run(process.env.PYTHON ?? "python3", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", "server", "../..");
copyFileSync("../../LICENSE", "LICENSE");
run("npm", "exec", "--yes", "--", VSCE, "package", "--no-dependencies", ...LINKS, "--out", "fimls.vsix");
