import assert from "node:assert/strict";
import { test } from "node:test";
import { inOurWords } from "../src/messages";

const ours = inOurWords(["completion.maxLines", "engine.readTimeoutMs", "engine.url", "engine.apiKeyFile"]);

test("messages name the settings as they are named here", () => {
  assert.equal(
    ours("The engine was silent: raise engine.read_timeout_ms."),
    "The engine was silent: raise fimls.engine.readTimeoutMs.",
  );
  assert.equal(
    ours("completion.max_lines cannot be 'x'; see engine.url. Not example.org/engine.url."),
    "fimls.completion.maxLines cannot be 'x'; see fimls.engine.url. Not example.org/engine.url.",
  );
});

test("what helps is a command of VS Code's, not of a terminal's", () => {
  assert.equal(
    ours("No SGLang engine answers at http://a:1: start one with `fimls engine`, or set engine.url."),
    "No SGLang engine answers at http://a:1: run “fimls: Find or Choose an Engine”, or set fimls.engine.url.",
  );
  assert.equal(
    ours(
      "The engine at http://a:1 needs an API key, or another one: put it into the file engine.api_key_file," +
        " or into the variable that engine.api_key_env names.",
    ),
    "The engine at http://a:1 needs an API key, or another one: run “fimls: Set the Engine's API Key”.",
  );
  const token = "run “fimls: Set the Token for a Shared Server”.";
  assert.equal(
    ours(
      "This hub needs a token: put the one that `fimls token create` printed into the initialization" +
        " option hub.token, or into FIMLS_HUB_TOKEN for `fimls connect`.",
    ),
    `This hub needs a token: ${token}`,
  );
  assert.equal(
    ours("Your token was revoked or has expired: ask for a new one."),
    `Your token was revoked or has expired: ask for a new one, and ${token}`,
  );
});
