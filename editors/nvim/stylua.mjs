// StyLua over the plug-in's files, by its WebAssembly build: `npm run check`, `npm run format`.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Config, IndentType, LuaVersion, OutputVerification, formatCode } from "@johnnymorganz/stylua";

const here = dirname(fileURLToPath(import.meta.url));
const onlyCheck = process.argv.includes("--check");
const files = ["lsp", "lua"].flatMap((folder) =>
  readdirSync(join(here, folder), { recursive: true })
    .filter((name) => name.endsWith(".lua"))
    .map((name) => join(here, folder, name)),
);

let wrong = 0;
for (const file of files) {
  const config = Config.new();
  config.syntax = LuaVersion.LuaJIT;
  config.column_width = 100;
  config.indent_type = IndentType.Spaces;
  config.indent_width = 2;
  const before = readFileSync(file, "utf8");
  const after = formatCode(before, config, undefined, OutputVerification.Full);
  if (after === before) continue;
  wrong += 1;
  console.log(`${onlyCheck ? "would change" : "changed"}: ${file}`);
  if (!onlyCheck) writeFileSync(file, after);
}
console.log(`${files.length} files, ${wrong} ${onlyCheck ? "to format" : "formatted"}`);
process.exitCode = onlyCheck && wrong ? 1 : 0;
