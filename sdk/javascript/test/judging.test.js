import assert from "node:assert/strict";
import { test } from "node:test";

import { CheckError, check } from "../src/index.js";
import { Cloud } from "../src/testing.js";

const checkOf = (run, more = {}) =>
  check({
    id: "c",
    version: "1.0.0",
    title: "t",
    url: "https://example.org",
    testcases: [
      { id: "t", title: "t" },
      { id: "u", title: "u" },
      { id: "family-*", title: "f" },
    ],
    grants: ["compute GET /flavors"],
    run,
    ...more,
  });
const judged = (judge, cloud = new Cloud()) => cloud.run(checkOf((cx) => cx.judge("t", judge)));

test("nothing found is PASS, a violation is FAIL, an exception is DNF", () => {
  assert.equal(judged(() => {}).verdict("t"), "pass");
  const failed = judged((t) => {
    t.info("i");
    t.warning("w");
    t.violation("one")
      .about({ service: "compute", kind: "flavor", name: "f" })
      .requiredBy("section 1")
      .mendedBy("mend");
    t.violation("two");
  });
  assert.equal(failed.verdict("t"), "fail");
  assert.equal(failed.reason("t"), "one (and 1 more)");
  assert.deepEqual(
    failed.findings("t").map((f) => f.severity),
    ["info", "warning", "error", "error"],
  );
  assert.deepEqual(failed.findings("t")[2].resource, { service: "compute", kind: "flavor", id: null, name: "f" });
  assert.equal(failed.findings("t")[2].fullMessage, "one To mend it: mend");
  const unfinished = judged(() => {
    throw new CheckError("no way");
  });
  assert.equal(unfinished.verdict("t"), "dnf");
  assert.equal(unfinished.reason("t"), "no way");
});

test("warnings alone pass, and a summary is the reason", () => {
  const report = judged((t) => {
    t.warning("w");
    t.summarize("7 flavors");
  });
  assert.equal(report.verdict("t"), "pass");
  assert.equal(report.reason("t"), "7 flavors");
});

test("a violation that was seen stays one, even if the rest could not be looked at", () => {
  const report = judged((t) => {
    t.violation("seen");
    throw new CheckError("no way");
  });
  assert.equal(report.verdict("t"), "fail");
});

test("what run throws makes DNF of what has no outcome yet; what is not said is MISS", () => {
  const report = new Cloud().run(
    checkOf((cx) => {
      cx.judge("t", () => {});
      cx.get("compute", "/flavors").expect(200);
    }),
  );
  assert.equal(report.verdict("t"), "pass");
  assert.equal(report.verdict("u"), "dnf");
  assert.equal(report.reason("u"), "compute GET /flavors: answered 404: nothing was scripted for this request");
  assert.equal(new Cloud().run(checkOf(() => {})).verdict("t"), "miss");
});

test("the worst of several outcomes counts", () => {
  const report = new Cloud().run(
    checkOf((cx) => {
      cx.judge("t", (t) => t.violation("v") && undefined);
      cx.cannotJudge("t", "later");
      cx.judge("u", () => {});
      cx.cannotJudge("u", "later");
    }),
  );
  assert.equal(report.verdict("t"), "fail");
  assert.equal(report.verdict("u"), "dnf");
});

test("only what was asked for is judged", () => {
  const report = new Cloud().only("u").run(
    checkOf((cx) => {
      cx.judge("t", () => assert.fail("not asked for"));
      cx.cannotJudge("t", "not asked for");
      cx.judge("u", () => {});
      assert.deepEqual(cx.testcases(), ["u"]);
    }),
  );
  assert.deepEqual(report.outcomes, [{ testcase: "u", verdict: "pass", reason: "" }]);
});

test("a member of a family is judged, and a testcase that is not listed is a mistake", () => {
  const family = new Cloud().only("family-7").run(checkOf((cx) => cx.judge("family-7", () => {})));
  assert.equal(family.verdict("family-7"), "pass");
  assert.throws(() => new Cloud().run(checkOf((cx) => cx.judge("T", () => {}))), /does not list a testcase `T`/);
});

test("mistakes of the check fail its tests, and never pass", () => {
  assert.throws(() => judged(() => null.x), TypeError);
  assert.throws(() => judged(async () => {}), /must not be asynchronous/);
  assert.throws(() => new Cloud().run(checkOf(async () => {})), /`run` must not be asynchronous/);
  let late;
  judged((t) => {
    late = t;
  });
  assert.throws(() => late.violation("too late"), /is judged already/);
});

test("a declaration that is none is refused", () => {
  for (const [more, message] of [
    [{ id: "Big" }, /lower-case/],
    [{ version: "1" }, /like `1.0.0`/],
    [{ title: "" }, /`title`/],
    [{ testcases: [] }, /no testcase/],
    [{ testcases: [{ id: "t" }] }, /each of its `testcases` has a `title`/],
    [{ grants: "compute GET /" }, /list of texts/],
    [{ parameters: [{ name: "p", description: "d" }] }, /`required`/],
    [{ run: 7 }, /`run` is a function/],
    [{ assets: {} }, /`assets` is a list/],
    [{ asets: [] }, /there is no `asets`/],
  ]) {
    assert.throws(() => checkOf(() => {}, more), message);
  }
});

test("parameters and assets are those that are declared", () => {
  const declared = {
    parameters: [{ name: "p", description: "d", required: true }],
    assets: [{ name: "a", description: "d", required: true }],
  };
  const CHECK = checkOf((cx) => {
    cx.judge("t", (t) => t.summarize(`${cx.requiredParameter("p")} ${cx.asset("a").length}`));
    cx.judge("u", (t) => t.summarize(`${cx.evidence("e")?.length} ${cx.evidence("f")}`));
  }, declared);
  const given = new Cloud().parameter("p", "7").asset("a", "äb").evidence("e", "c").run(CHECK);
  assert.equal(given.reason("t"), "7 3");
  assert.equal(given.reason("u"), "1 null");
  const without = new Cloud().run(CHECK);
  assert.equal(without.verdict("t"), "dnf");
  assert.match(without.reason("t"), /gives no value for the parameter `p`/);
  assert.match(new Cloud().parameter("p", "7").run(CHECK).reason("t"), /gives no asset `a`/);
  assert.throws(() => new Cloud().run(checkOf((cx) => cx.parameter("q"))), /declares no `q` among its parameters/);
});
