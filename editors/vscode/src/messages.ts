import { SECTION } from "./settings";

const SET_TOKEN = "run “fimls: Set the Token for a Shared Server”";

/** What the server's messages tell somebody at a terminal to do, and what does it in VS Code. */
const REMEDIES: [RegExp, string][] = [
  [/\bstart one with `fimls engine`/g, "run “fimls: Find or Choose an Engine”"],
  [
    /\bput it into the file engine\.api_key_file, or into the variable that engine\.api_key_env names/g,
    "run “fimls: Set the Engine's API Key”",
  ],
  [/\bput the one that `fimls token create` printed into .* for `fimls connect`/g, SET_TOKEN],
  [/(\btoken\b.*: )ask for (one|a new one)\.$/g, `$1ask for $2, and ${SET_TOKEN}.`],
];

/**
 * Return what puts the server's messages into the words of VS Code: settings have the names that they
 * have here, and what helps is a command of the palette.
 *
 * @param names the server's settings, as `serverSettings` lists them.
 */
export function inOurWords(names: readonly string[]): (message: string) => string {
  const theirs = new Map(
    names.map((name) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      `${SECTION}.${name}`,
    ]),
  );
  return (message) =>
    REMEDIES.reduce((text, [said, ours]) => text.replaceAll(said, ours), message).replaceAll(
      /(?<![\w./])[a-z]+\.[a-z_]+(?![\w/])/g,
      (name) => theirs.get(name) ?? name,
    );
}
