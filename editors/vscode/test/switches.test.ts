import assert from "node:assert/strict";
import { test } from "node:test";
import { offIn, toggled } from "../src/switches";

const HERE = { uri: "file:///a.py", languageId: "python" };
const ON = { enabled: true, languages: [], files: [] };

test("completions are on where nothing says otherwise", () => {
  assert.equal(offIn(HERE, ON), undefined);
  assert.equal(offIn(undefined, ON), undefined);
  assert.equal(offIn(HERE, { ...ON, languages: ["rust"], files: ["file:///b.py"] }), undefined);
});

test("the widest switch is the reason", () => {
  const file = { ...ON, files: [HERE.uri] };
  const language = { ...file, languages: ["python"] };
  assert.equal(offIn(HERE, file), "file");
  assert.equal(offIn(HERE, language), "language");
  assert.equal(offIn(HERE, { ...language, enabled: false }), "everywhere");
  assert.equal(offIn(undefined, { ...language, enabled: false }), "everywhere");
});

test("toggling twice changes nothing", () => {
  assert.deepEqual(toggled(["a", "b"], "c"), ["a", "b", "c"]);
  assert.deepEqual(toggled(toggled(["a", "b"], "c"), "c"), ["a", "b"]);
});
