import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram } from "../src/server/program";

const OWN = "/storage/environment/bin/fimls";

test("a named program wins, then the PATH, then the extension's own", () => {
  const all = (): boolean => true;
  assert.equal(findProgram("/opt/fimls", "/a:/b", OWN, all), "/opt/fimls");
  assert.equal(findProgram("", "/a:/b", OWN, all), "/a/fimls");
  assert.equal(
    findProgram("", "/a:/b", OWN, (file) => file !== "/a/fimls"),
    "/b/fimls",
  );
  assert.equal(
    findProgram("", "/a:/b", OWN, (file) => file === OWN),
    OWN,
  );
  assert.equal(
    findProgram("", "/a:/b", OWN, () => false),
    undefined,
  );
});

test("a named program that cannot be run is not replaced by another", () => {
  assert.equal(
    findProgram("/opt/fimls", "/a", OWN, (file) => file !== "/opt/fimls"),
    undefined,
  );
});

test("nothing in the workspace is run", () => {
  const tried: string[] = [];
  const none = (file: string): boolean => {
    tried.push(file);
    return false;
  };
  findProgram("", ".::bin:/a", OWN, none);
  findProgram("./fimls", "/a", OWN, none);
  assert.deepEqual(tried, ["/a/fimls", OWN]);
});

test("a folder of that name is no program", () => {
  assert.equal(findProgram("/usr", "", OWN), undefined);
  assert.equal(findProgram(process.execPath, "", OWN), process.execPath);
});
