// Whose work is in the bundle: the npm packages that esbuild took files from, and their licences.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The packages that files belong to, each once: name, version, licence and its text. */
export function bundledPackages(files) {
  const folders = files
    .map((file) => file.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort().map(describe);
}

/** What each of the licences wants to stand in a copy: the licence itself, and whose it is. */
export function notices(packages) {
  const parts = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}`);
  const rule = `\n\n${"=".repeat(80)}\n\n`;
  return ["This extension has parts of the following packages in it.", ...parts].join(rule) + "\n";
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (license === undefined || file === undefined) {
    throw new Error(`${folder} states no licence: it cannot be in the extension.`);
  }
  return { name, version, license, text: readFileSync(join(folder, file), "utf8").trim() };
}
