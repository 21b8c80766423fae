// `npm run package`: the extension as one file, fimls.vsix, with the server's wheel in it.

import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";

const run = (program, ...args) => execFileSync(program, args, { stdio: "inherit" });

rmSync("server", { recursive: true, force: true });
run(process.env.PYTHON ?? "python3", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", "server", "../..");
copyFileSync("../../LICENSE", "LICENSE");
const vsce = createRequire(import.meta.url).resolve("@vscode/vsce/vsce");
run(process.execPath, vsce, "package", "--no-dependencies", "--allow-missing-repository", "--out", "fimls.vsix");
