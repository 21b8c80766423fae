import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkspaceEdit } from "vscode-languageserver-protocol";
import { confirmed, edited, fileChanges, findings, wantsLooking } from "../src/changes";

const range = (start: number, end: number): WorkspaceEditRange => ({
  start: { line: 0, character: start },
  end: { line: 0, character: end },
});
interface WorkspaceEditRange { start: { line: number; character: number }; end: { line: number; character: number } }

const EDIT: WorkspaceEdit = {
  documentChanges: [
    { kind: "create", uri: "file:///b.py", annotationId: "fimls" },
    {
      textDocument: { uri: "file:///a.py", version: 3 },
      edits: [{ range: range(0, 1), newText: "x", annotationId: "fimls" }],
    },
  ],
  changeAnnotations: { fimls: { label: "Simplify", needsConfirmation: true, description: "Passed: effects kept." } },
};

test("an edit that wants confirmation is shown, and afterwards wants none", () => {
  assert.equal(wantsLooking(EDIT), true);
  assert.equal(wantsLooking(confirmed(EDIT)), false);
  assert.equal(wantsLooking({ changes: {} }), false);
  assert.doesNotMatch(JSON.stringify(confirmed(EDIT)), /annotation/i);
  assert.equal(confirmed(EDIT).documentChanges?.length, 2);
});

test("each file is shown once, new ones as such", () => {
  const [made, changed] = fileChanges(EDIT);
  assert.deepEqual([made?.uri, made?.isNew], ["file:///b.py", true]);
  assert.deepEqual([changed?.uri, changed?.version, changed?.edits.length], ["file:///a.py", 3, 1]);
});

test("edits are made where they stand in the text before any of them", () => {
  const edits = [
    { range: range(4, 4), newText: "!" },
    { range: range(0, 2), newText: "" },
    { range: range(4, 4), newText: "?" },
  ];
  assert.equal(edited("abcd", edits, ({ character }) => character), "cd!?");
});

test("what speaks for an edit is read from its annotations", () => {
  assert.equal(findings(EDIT), "Passed: effects kept.");
  assert.equal(findings({ changes: {} }), "");
});
