import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Activity, SLOW_MS, THINKING_MS, type Pace } from "../src/activity";

/** A request that the test answers. */
function request(): {
  promise: Promise<number>;
  resolve: (value: number) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: number) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<number>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** An activity, and what it became. */
function watched(): { activity: Activity; paces: Pace[] } {
  const paces: Pace[] = [];
  const activity = new Activity(() => {
    paces.push(activity.pace);
  });
  return { activity, paces };
}

test("what is answered at once is not shown; what takes long is", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { activity, paces } = watched();
    assert.equal(await activity.during(Promise.resolve(1)), 1);
    assert.deepEqual(paces, []);

    const asked = request();
    const answer = activity.during(asked.promise);
    mock.timers.tick(THINKING_MS);
    mock.timers.tick(SLOW_MS - THINKING_MS);
    asked.resolve(2);
    assert.equal(await answer, 2);
    assert.deepEqual(paces, ["thinking", "slow", "idle"]);
  } finally {
    mock.timers.reset();
  }
});

test("the newest request decides", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { activity, paces } = watched();
    const [first, second] = [request(), request()];
    const answers = [activity.during(first.promise)];
    mock.timers.tick(THINKING_MS);
    answers.push(activity.during(second.promise));
    first.resolve(1);
    await answers[0];
    assert.deepEqual(paces, ["thinking"]);
    second.reject(new Error("gone"));
    await assert.rejects(async () => answers[1], /gone/);
    assert.deepEqual(paces, ["thinking", "idle"]);
  } finally {
    mock.timers.reset();
  }
});
