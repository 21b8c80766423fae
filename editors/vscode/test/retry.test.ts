import assert from "node:assert/strict";
import { test } from "node:test";
import { Retry, type Place } from "../src/retry";

const PLACE: Place = { uri: "file:///a.py", version: 3, line: 0, character: 8 };

function watched(here: Place | undefined): { retry: Retry; asked: () => number } {
  let count = 0;
  const retry = new Retry(
    () => here,
    () => {
      count += 1;
    },
  );
  return { retry, asked: () => count };
}

test("an engine that starts later is asked where nothing was suggested", () => {
  const { retry, asked } = watched(PLACE);
  retry.told({ state: "failing", cause: "BackendUnreachable" });
  retry.answered(PLACE, false);
  assert.equal(asked(), 0);
  retry.told({ state: "ready" });
  assert.equal(asked(), 1);
  retry.told({ state: "ready", engine: "another" });
  assert.equal(asked(), 1);
});

test("an answer that came too late is asked for once more, and no third time", () => {
  const { retry, asked } = watched(PLACE);
  retry.told({ state: "ready" });
  retry.told({ state: "failing", cause: "DeadlineError" });
  retry.answered(PLACE, false);
  assert.equal(asked(), 1);
  retry.told({ state: "failing", cause: "DeadlineError" });
  retry.answered(PLACE, false);
  assert.equal(asked(), 1);
});

test("nothing is asked where the user is elsewhere, typed on, or has a suggestion", () => {
  for (const here of [undefined, { ...PLACE, version: 4 }, { ...PLACE, character: 9 }]) {
    const { retry, asked } = watched(here);
    retry.told({ state: "starting" });
    retry.answered(PLACE, false);
    retry.told({ state: "ready" });
    assert.equal(asked(), 0);
  }
  const { retry, asked } = watched(PLACE);
  retry.told({ state: "starting" });
  retry.answered(PLACE, true);
  retry.told({ state: "ready" });
  assert.equal(asked(), 0);
});

test("an empty answer of an engine that works asks nothing again", () => {
  const { retry, asked } = watched(PLACE);
  retry.told({ state: "ready" });
  retry.answered(PLACE, false);
  assert.equal(asked(), 0);
});
