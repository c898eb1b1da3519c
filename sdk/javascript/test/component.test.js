import assert from "node:assert/strict";
import { after, test } from "node:test";

import { CallError, CheckError, check } from "../src/index.js";
import { creation, get, post } from "../src/openstack.js";

const before = { Date, console, random: Math.random, setTimeout, setInterval, setImmediate, fetch };
// It puts a check's surroundings in place as soon as it is imported, as in a component.
const { component } = await import("../src/component.js");
const during = { Date, console, random: Math.random };
function restore() {
  Math.random = before.random;
  for (const [name, value] of Object.entries(before)) if (name !== "random") globalThis[name] = value;
}
restore();
after(restore);

const inside = (work) => {
  Object.assign(globalThis, { Date: during.Date, console: during.console });
  Math.random = during.random;
  try {
    return work();
  } finally {
    restore();
  }
};

const CHECK = (run, more = {}) =>
  check({
    id: "c",
    version: "1.0.0",
    title: "t",
    url: "https://example.org",
    testcases: [{ id: "t", title: "t" }],
    grants: ["compute GET /flavors"],
    parameters: ["p", "q"].map((name) => ({ name, description: "d", required: false })),
    assets: [{ name: "a", description: "d", required: false }],
    run,
    ...more,
  });

/** Imports as an engine hands them over: results throw their payload, as it is or in an `Error`. */
function imports(said, more = {}) {
  return {
    findings: {
      outcome: (...words) => said.push(["outcome", ...words]),
      add: (...words) => said.push(["add", ...words]),
      log: (...words) => said.push(["log", ...words]),
    },
    context: {
      testcases: () => ["t"],
      referenceTime: () => 1_000_000_000n,
      parameter: (name) => (name === "p" ? "7" : undefined),
      prefix: () => "touchstone-1-",
      pause: (ms) => said.push(["pause", ms]),
    },
    ...more,
  };
}

test("it describes itself in the words of the contract", () => {
  const { describe } = component(
    CHECK(() => {}),
    {},
  );
  assert.deepEqual(describe(), {
    id: "c",
    version: "1.0.0",
    title: "t",
    url: "https://example.org",
    testcases: [{ id: "t", title: "t" }],
    grants: ["compute GET /flavors"],
    parameters: ["p", "q"].map((name) => ({ name, description: "d", required: false })),
    assets: [{ name: "a", description: "d", required: false }],
  });
});

test("outcomes, findings and pauses reach the host", () => {
  const said = [];
  const run = (cx) => {
    cx.pause(60_001);
    cx.judge(
      "t",
      (t) => t.violation("v").about({ service: "s", kind: "k" }).requiredBy("r").mendedBy("m") && undefined,
    );
    assert.equal(cx.parameter("q"), null);
    cx.log("info", `${cx.parameter("p")} ${cx.prefix()} ${cx.referenceTime()}`);
  };
  component(CHECK(run), imports(said)).run();
  const resource = { service: "s", kind: "k", id: null, name: null };
  assert.deepEqual(said, [
    ["pause", 60_000],
    ["pause", 1],
    ["add", "t", { severity: "error", message: "v To mend it: m", resource, requirement: "r" }],
    ["outcome", "t", "fail", "v"],
    ["log", "info", "7 touchstone-1- 1000000000"],
  ]);
});

test("requests and answers are translated", () => {
  const seen = [];
  const answer = { status: 200, headers: [{ name: "a", value: "b" }], body: [0x7b, 0x7d] };
  const openstack = {
    call: (request) => (seen.push(request), answer),
    callAll: (requests) =>
      requests.map((_, i) =>
        i === 0 ? { tag: "ok", val: answer } : { tag: "err", val: { kind: "timed-out", message: "m" } },
      ),
    create: (asked) => (seen.push(asked), { id: "7", response: answer }),
    catalog: () => [],
    identity: () => ({ userId: "u", roles: [], region: undefined }),
  };
  const run = (cx) => {
    const response = cx.call(
      get("compute", "/flavors", { query: { limit: 1 }, microversion: "2.1", headers: { accept: "x" } }),
    );
    assert.deepEqual(response.expect(200), {});
    assert.equal(response.header("a"), "b");
    const all = cx.callAll([get("a", "/"), get("b", "/")]);
    assert.equal(all[0].status, 200);
    assert.equal(all[1].kind, "timed-out");
    assert.equal(cx.create(creation("b", "/v", "v", { name: "n" })).expect(), "7");
    assert.equal(cx.identity().region, null);
  };
  component(CHECK(run), imports([], { openstack })).run();
  assert.deepEqual(seen[0], {
    service: "compute",
    method: "get",
    path: "/flavors",
    query: [["limit", "1"]],
    microversion: "2.1",
    headers: [{ name: "accept", value: "x" }],
    body: null,
  });
  assert.deepEqual(seen[1].request.body, post("b", "/v", { v: { name: "n" } }).body);
  assert.deepEqual([seen[1].idPointer, seen[1].undo.method, seen[1].undo.path], ["/v/id", "delete", "/v/{id}"]);
});

test("errors of calls are CallErrors, however the engine throws them", () => {
  const error = { kind: "denied", message: "no" };
  for (const thrown of [error, Object.assign(new Error("component error"), { payload: error })]) {
    const throwing = () => {
      throw thrown;
    };
    const run = (cx) => {
      for (const call of [
        () => cx.get("a", "/"),
        () => cx.probe("a", "/"),
        () => cx.create(creation("a", "/", "v", {})),
      ]) {
        assert.throws(
          call,
          (caught) => caught instanceof CallError && caught.kind === "denied" && caught.message === "no",
        );
      }
    };
    component(
      CHECK(run),
      imports([], { openstack: { call: throwing, create: throwing }, probe: { get: throwing } }),
    ).run();
  }
});

test("what is no answer of the host's is no answer", () => {
  const broken = new RangeError("of the engine");
  const throwing = () => {
    throw broken;
  };
  const openstack = { call: throwing, callAll: () => [] };
  const run = (cx) => {
    assert.throws(() => cx.get("a", "/"), broken);
    assert.throws(() => cx.asset("a"), broken);
    assert.throws(() => cx.callAll([get("a", "/")]), /answered fewer calls than were made/);
  };
  component(CHECK(run), imports([], { openstack, assets: { read: throwing } })).run();
});

test("assets and evidence are bytes, or nothing", () => {
  const assets = {
    read: () => {
      throw "not-found";
    },
  };
  const run = (cx) => {
    assert.throws(() => cx.asset("a"), /gives no asset `a`/);
    assert.deepEqual(cx.evidence("e"), Uint8Array.of(1));
    assert.equal(cx.evidence("f"), null);
  };
  component(
    CHECK(run),
    imports([], { assets, evidence: { read: (name) => (name === "e" ? [1] : undefined) } }),
  ).run();
});

test("what run throws is the err of the contract, and a mistake is logged with its place", () => {
  const failing = (run) => {
    const said = [];
    let thrown = null;
    try {
      component(CHECK(run), imports(said)).run();
    } catch (caught) {
      thrown = caught;
    }
    return { thrown, said };
  };
  assert.equal(failing((cx) => cx.probe("a", "/")).thrown.includes("does not import `probe`"), true);
  const fault = failing(() => null.x);
  assert.match(fault.thrown, /^the check has a fault: TypeError: /);
  assert.match(fault.said[0][2], /component\.test\.js/);
  assert.match(failing(async () => {}).thrown, /must not be asynchronous/);
  const throwing = (value) => () => {
    throw value;
  };
  assert.equal(failing(throwing(new CheckError("why"))).thrown, "why");
  assert.deepEqual(failing(throwing(new CheckError("why"))).said, []);
  assert.equal(failing(throwing("why")).thrown, "why");
  assert.equal(failing(throwing(undefined)).thrown, "the check threw undefined, not an Error");
  const judged = failing((cx) => cx.judge("t", async () => {}));
  assert.equal(judged.thrown, null);
  assert.deepEqual(judged.said.at(-1).slice(0, 3), ["outcome", "t", "dnf"]);
});

test("there is no time before run, and the reference time in it", () => {
  inside(() => {
    assert.throws(() => Date.now(), /there is no time before `run`/);
    console.log("nobody listens");
    const said = [];
    component(
      CHECK((cx) => cx.log("info", `${Date.now()} ${new Date().getUTCFullYear()}`)),
      imports(said),
    ).run();
    assert.deepEqual(said, [["log", "info", "1000000000000 2001"]]);
    assert.throws(() => Date.now(), /there is no time before `run`/);
  });
});
