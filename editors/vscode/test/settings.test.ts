import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  serverSettings,
  switchedOff,
  whatIsSet,
  type Configuration,
  type Manifest,
} from "../src/settings";

const MANIFEST = JSON.parse(
  readFileSync(join(__dirname, "../../package.json"), "utf8"),
) as Manifest;

function configuration(values: Record<string, Record<string, unknown>>): Configuration {
  return {
    inspect: (name) => values[name],
    get: (name) => Object.values(values[name] ?? {}).at(-1),
  };
}

test("the server's settings are those of the manifest, without the extension's own", () => {
  const names = serverSettings(MANIFEST);
  assert.ok(names.includes("completion.maxLines"));
  assert.ok(names.includes("engine.url"));
  assert.ok(!names.includes("enabled") && !names.includes("path"));
});

test("only what the user has set is sent", () => {
  const set = configuration({
    "completion.maxLines": { globalValue: 3 },
    "completion.automatic": { globalValue: true, workspaceValue: false },
    "completion.lines": { defaultValue: "auto" },
    "engine.url": {},
    "prompt.warmUp": { workspaceFolderValue: false },
  });
  assert.deepEqual(whatIsSet(serverSettings(MANIFEST), set), {
    completion: { automatic: false, maxLines: 3 },
    prompt: { warmUp: false },
  });
});

test("what is no longer set is taken back, by its name", () => {
  const names = ["completion.maxLines", "completion.lines", "engines"];
  const sent = new Set<string>();
  const engines = [{ url: "http://a:1" }];
  const set = { "completion.maxLines": { globalValue: 3 }, engines: { globalValue: engines } };
  const first = whatIsSet(names, configuration(set), sent);
  assert.deepEqual(first, { completion: { maxLines: 3 }, engines });
  const second = whatIsSet(names, configuration({}), sent);
  assert.deepEqual(second, { unset: ["completion.maxLines", "engines"] });
});

test("switched off, nothing is read ahead", () => {
  assert.deepEqual(switchedOff({}), { prompt: { warmUp: false } });
  const set = { engine: { url: "http://a:1" }, prompt: { warmUp: true, layout: "whole" } };
  assert.deepEqual(switchedOff(set), {
    engine: { url: "http://a:1" },
    prompt: { warmUp: false, layout: "whole" },
  });
});
