import assert from "node:assert/strict";
import { test } from "node:test";

import { CallError, check } from "../src/index.js";
import { command, creation, get, post, put, remove, wait, waitForStatus } from "../src/openstack.js";
import { Cloud } from "../src/testing.js";
import { Grant, path, serviceType } from "../src/testing/grants.js";

const checkOf = (grants, run) =>
  check({
    id: "c",
    version: "1.0.0",
    title: "t",
    url: "https://example.org",
    testcases: [{ id: "t", title: "t" }],
    grants,
    run: (cx) => cx.judge("t", (t) => t.summarize(String(run(cx)))),
  });
const said = (grants, run, cloud = new Cloud()) => {
  const report = cloud.run(checkOf(grants, run));
  return `${report.verdict("t")}: ${report.reason("t")}`;
};

test("what the check did not ask for is denied, and not sent", () => {
  const cloud = new Cloud().get("compute", "/flavors", {}).probe("object-store", "/", 200);
  const denied = "compute GET /flavors: not among the grants that the check asks for";
  assert.equal(
    said([], (cx) => cx.get("compute", "/flavors").status, cloud),
    `dnf: ${denied}`,
  );
  assert.equal(
    said(["compute GET /flavors"], (cx) => cx.get("compute", "/flavors").status, cloud),
    "pass: 200",
  );
  assert.equal(
    said(["compute GET /*"], (cx) => cx.get("image", "/flavors").status, cloud),
    `dnf: ${denied.replace("compute", "image")}`,
  );
  assert.match(
    said(["object-store GET /"], (cx) => cx.probe("object-store", "/").status, cloud),
    /^dnf: .*no PROBE among/,
  );
  assert.equal(
    said(["object-store PROBE /"], (cx) => cx.probe("object-store", "/").status, cloud),
    "pass: 200",
  );
  const report = cloud.run(checkOf([], (cx) => cx.get("compute", "/flavors")));
  assert.deepEqual(report.calls, []);
  assert.throws(
    () => new Cloud().run(checkOf(["compute FETCH /"], () => "")),
    /grant `compute FETCH \/`: "FETCH" is not a method/,
  );
});

test("a request that is malformed is refused as such", () => {
  const kind = (call) => {
    const report = new Cloud().run(
      checkOf(["compute GET /**"], (cx) => {
        try {
          return call(cx).status;
        } catch (thrown) {
          return `${thrown.kind} ${thrown.message}`;
        }
      }),
    );
    assert.deepEqual(report.calls, []);
    return report.reason("t");
  };
  assert.match(
    kind((cx) => cx.get("compute", "flavors")),
    /^invalid-request compute GET flavors: a path begins with/,
  );
  assert.match(
    kind((cx) => cx.get("Compute", "/flavors")),
    /^invalid-request .*is not a service type/,
  );
  assert.match(
    kind((cx) => cx.probe("compute", "//")),
    /^invalid-request .*empty segment/,
  );
  assert.match(
    kind((cx) => cx.create(creation("compute", "/a/../b", "c", {}))),
    /^invalid-request .*dot segments/,
  );
});

test("one grant of several is enough", () => {
  const grants = ["compute POST /servers max 1", "object-store GET /", "object-store PROBE /", "compute GET /x"];
  const cloud = new Cloud().probe("object-store", "/", 200);
  assert.equal(
    said(grants, (cx) => cx.probe("object-store", "/").status, cloud),
    "pass: 200",
  );
  assert.equal(
    said(grants, (cx) => cx.get("compute", "/x").status, cloud),
    "pass: 404",
  );
  const create = (cx) => [1, 2].map(() => cx.create(volumes(cx)).expect());
  assert.equal(said([...grants, "block-storage POST /volumes max 2, 4 GiB"], create, cinder()), "pass: 7,7");
  const nameless = {
    ...creation("block-storage", "/volumes", "volume", {}),
    request: post("block-storage", "/volumes", null),
  };
  assert.match(
    said(CREATING, (cx) => cx.create(nameless), cinder()),
    /name does not begin with the prefix/,
  );
});

test("answers of many calls are in order, and what failed throws where it is read", () => {
  const cloud = new Cloud().get("compute", "/a", { n: 1 }).noAnswer("GET", "compute", "/b", "unreachable");
  const run = (cx) => {
    const answers = cx.callAll([get("compute", "/a"), get("compute", "/b"), get("image", "/c")]);
    assert.ok(answers[1] instanceof CallError && answers[1].kind === "unreachable");
    assert.equal(answers[2].kind, "denied");
    return answers[0].expect(200).n + answers[1].expect(200).n;
  };
  assert.equal(said(["compute GET /*"], run, cloud), "dnf: compute GET /b: no answer (unreachable, as scripted)");
  assert.equal(
    said([], (cx) => cx.callAll([]).length),
    "pass: 0",
  );
});

test("answers are given in order, the last one for ever, with or without their query", () => {
  const cloud = new Cloud().get("compute", "/a", 1).get("compute", "/a", 2).get("compute", "/a?x=1", 3);
  const read = (cx, options) => cx.get("compute", "/a", options).expect(200);
  const run = (cx) => [read(cx), read(cx, { query: { x: 1 } }), read(cx), read(cx), read(cx, { query: { y: "1" } })];
  assert.equal(said(["compute GET /a"], run, cloud), "pass: 1,3,2,2,2");
  assert.equal(said(["compute GET /a"], run, cloud), "pass: 1,3,2,2,2");
});

const CREATING = [
  "block-storage POST /volumes max 2, 4 GiB",
  "block-storage GET /volumes/*",
  "block-storage DELETE /volumes/*",
  "block-storage POST /volumes/*/action#os-extend",
];
const volumes = (cx, name = `${cx.prefix()}v`) => creation("block-storage", "/volumes", "volume", { name, size: 1 });
const cinder = () => new Cloud().reply("POST", "block-storage", "/volumes", 202, { volume: { id: "7" } });

test("what is created has the prefix in its name, an id, a budget and an undo", () => {
  const report = cinder().run(checkOf(CREATING, (cx) => cx.create(volumes(cx)).expect()));
  assert.equal(report.reason("t"), "7");
  assert.deepEqual(report.created, ["block-storage /volumes v"]);
  assert.match(
    said(CREATING, (cx) => cx.create(volumes(cx, "mine")).expect(), cinder()),
    /name does not begin with the prefix/,
  );
  assert.match(
    said([], (cx) => cx.create(volumes(cx)).expect(), cinder()),
    /not among the grants with a budget/,
  );
  const thrice = (cx) => [1, 2, 3].map(() => cx.create(volumes(cx)).expect());
  assert.match(said(CREATING, thrice, cinder()), /^dnf: .*the grant permits 2 of them/);
  const full = new Cloud().reply("POST", "block-storage", "/volumes", 413, { overLimit: { message: "full" } });
  assert.equal(
    said(CREATING, (cx) => cx.create(volumes(cx)).expect(), full),
    "dnf: block-storage POST /volumes: answered 413: full",
  );
  for (const status of [199, 300]) {
    const cloud = new Cloud().reply("POST", "block-storage", "/volumes", status, { volume: { id: "7" } });
    assert.match(
      said(CREATING, (cx) => cx.create(volumes(cx)).expect(), cloud),
      /^dnf: .*answered/,
    );
  }
  const mute = new Cloud().reply("POST", "block-storage", "/volumes", 202, {});
  assert.match(
    said(CREATING, (cx) => cx.create(volumes(cx)).expect(), mute),
    /the answer has no id/,
  );
  const odd = (cx) => cx.create({ ...volumes(cx), undo: put("compute", "/x/{id}", {}) });
  assert.match(said(CREATING, odd, cinder()), /neither a DELETE of what was created/);
  // A POST without a budget creates nothing, and is no change of one's own.
  assert.match(
    said(CREATING, (cx) => cx.call(post("block-storage", "/volumes", {})), cinder()),
    /not among the grants/,
  );
});

test("what is made below something of one's own needs no name", () => {
  const grants = [
    "network POST /routers max 1",
    "network PUT /routers/*/add_router_interface max 1",
    "network PUT /routers/*/remove_router_interface",
  ];
  const attach = (id) => ({
    request: put("network", `/routers/${id}/add_router_interface`, { subnet_id: "s" }),
    idPointer: "/subnet_id",
    undo: put("network", `/routers/${id}/remove_router_interface`, { subnet_id: "s" }),
  });
  const cloud = new Cloud()
    .reply("POST", "network", "/routers", 201, { router: { id: "7" } })
    .reply("PUT", "network", "/routers/7/add_router_interface", 200, { subnet_id: "s" });
  const run = (cx) => {
    const id = cx.create(creation("network", "/routers", "router", { name: `${cx.prefix()}r` })).expect();
    return cx.create(attach(id)).expect();
  };
  const report = cloud.run(checkOf(grants, run));
  assert.equal(report.reason("t"), "s");
  assert.deepEqual(report.created, ["network /routers r", "network /routers/7/add_router_interface"]);
  assert.match(
    said(grants, (cx) => cx.create(attach("8")).expect(), cloud),
    /^dnf: .*not among the grants/,
  );
});

test("only what the check created itself may be changed", () => {
  const change = (request) => (cx) => {
    const id = cx.create(volumes(cx)).expect();
    return cx.call(request(id)).status;
  };
  const cloud = cinder().reply("DELETE", "block-storage", "/volumes/7", 202);
  assert.equal(
    said(
      CREATING,
      change((id) => remove("block-storage", `/volumes/${id}`)),
      cloud,
    ),
    "pass: 202",
  );
  assert.match(
    said(
      CREATING,
      change(() => remove("block-storage", "/volumes/8")),
      cloud,
    ),
    /^dnf/,
  );
  const extend = (body) => change((id) => post("block-storage", `/volumes/${id}/action`, body));
  assert.equal(said(CREATING, extend({ "os-extend": {} }), cloud), "pass: 404");
  assert.match(said(CREATING, extend({ "os-extend": {}, more: 1 }), cloud), /^dnf/);
  assert.match(said(CREATING, extend({ "os-reset_status": {} }), cloud), /^dnf/);
});

test("pauses take no time and are counted", () => {
  const statuses = (...all) =>
    all.reduce((cloud, status) => cloud.get("block-storage", "/volumes/1", { volume: { status } }), new Cloud());
  const run = (cx) => waitForStatus(cx, get("block-storage", "/volumes/1"), "/volume/status", ["available"], 60);
  const reason = (...all) => {
    const report = statuses(...all).run(checkOf(["block-storage GET /volumes/*"], run));
    return [report.reason("t"), report.paused];
  };
  assert.deepEqual(reason("available"), ["available", 0]);
  assert.deepEqual(reason("creating", "creating", "available"), ["available", 500 + 750]);
  assert.equal(reason("creating", "ERROR_deleting")[0], "ERROR_deleting");
  assert.deepEqual(reason("creating"), [
    "block-storage GET /volumes/1: still `creating` after 60 s, not `available`",
    60_000,
  ]);
  assert.equal(
    said([], (cx) => wait(cx, 1, () => null)),
    "pass: null",
  );
  assert.throws(() => said([], (cx) => cx.pause(3 * 60 * 60 * 1_000)), /waits for more than two hours/);
  for (const none of [-1, NaN, Infinity, undefined]) {
    assert.throws(() => said([], (cx) => cx.pause(none)), /a pause has a number of milliseconds/);
  }
  assert.equal(new Cloud().run(checkOf([], (cx) => cx.pause(0))).paused, 0);
});

test("a check finds its own time, no chance and no timers", () => {
  const cloud = () => new Cloud().referenceTime(1_000_000_000);
  assert.equal(
    said([], () => `${Date.now()} ${new Date().toISOString()}`, cloud()),
    "pass: 1000000000000 2001-09-09T01:46:40.000Z",
  );
  assert.equal(
    said([], () => new Date("2026-01-02").toISOString(), cloud()),
    "pass: 2026-01-02T00:00:00.000Z",
  );
  assert.equal(
    said([], () => new Date(0) instanceof Date && Date.UTC(1970, 0, 1)),
    "pass: 0",
  );
  assert.match(
    said([], () => Math.random()),
    /^dnf: Math.random: a check has no randomness/,
  );
  assert.match(
    said([], () => setTimeout(() => {}, 1)),
    /^dnf: setTimeout: /,
  );
  assert.match(
    said([], () => fetch("https://example.org")),
    /^dnf: fetch: /,
  );
  assert.match(
    said([], () => performance.now()),
    /^dnf: performance: /,
  );
  for (const none of ["URL", "TextDecoder", "process", "Intl", "crypto", "Buffer"]) {
    assert.equal(
      said([], () => typeof globalThis[none]),
      "pass: undefined",
      none,
    );
    assert.notEqual(typeof globalThis[none], "undefined", none);
  }
  assert.throws(() => said([], () => new URL("https://example.org")), /URL is not defined/);
  const report = cloud().run(checkOf([], () => console.log("a", { b: 1 }) ?? console.error(new TypeError("c"))));
  assert.deepEqual(report.log, ['info: a {"b":1}', "warning: TypeError: c"]);
  assert.ok(Math.random() < 1 && Date.now() > 1_700_000_000_000, "the test's own are back");
});

test("the catalog and the identity are read strictly", () => {
  const cloud = new Cloud()
    .catalog([{ serviceType: "compute", name: "nova", endpoints: [] }])
    .identity({ region: "R" });
  assert.equal(
    said([], (cx) => `${cx.catalog()[0].name} ${cx.identity().region}`, cloud),
    "pass: nova R",
  );
  assert.equal(
    said([], (cx) => cx.catalog()[0].type, cloud),
    "dnf: the catalog[0] has no `type`",
  );
});

test("commands are quoted for a shell", () => {
  assert.equal(command("image", "set", "--hidden", "4f1c"), "openstack image set --hidden 4f1c");
  assert.equal(command("image", "show", "it's; rm *"), String.raw`openstack image show 'it'\''s; rm *'`);
  assert.equal(command("image", "show", ""), "openstack image show ''");
});

test("grants are what the host takes for grants", () => {
  for (const good of [
    "compute GET /flavors/**",
    " compute \t GET  / ",
    "volumev3 POST /volumes max 2, 4 GiB",
    "compute POST /servers/*/action#os-getConsoleOutput",
    "object-store PROBE /info",
    "network PUT /routers/*/add_router_interface max 1",
  ]) {
    Grant.parse(good);
  }
  for (const bad of [
    "compute GET",
    "compute get /flavors",
    "Compute GET /flavors",
    "compute GET flavors",
    "compute GET /flavors/",
    "compute GET /a//b",
    "compute GET /**/b",
    "compute GET /a*",
    "compute GET /..",
    "compute GET /%2e",
    "compute GET /%zz",
    "compute GET /a?b",
    "compute POST /volumes",
    "compute DELETE /**",
    "compute GET /a max 1",
    "compute POST /a max 0",
    "compute POST /a max 1,",
    "compute POST /a max 1, 2 GB",
    "compute POST /a max 10000",
    "compute POST /*#",
    "compute GET /*#x",
    "compute GET /a b",
  ]) {
    assert.throws(() => Grant.parse(bad), undefined, bad);
  }
});

test("a pattern permits what it says", () => {
  const permits = (grant, method, text, service = "compute") =>
    Grant.parse(grant).fits({ service: serviceType(service), method, path: path(text) });
  assert.ok(permits("compute GET /flavors/**", "GET", "/flavors/a/b"));
  assert.ok(permits("compute GET /flavors/**", "HEAD", "/flavors/a"));
  assert.ok(!permits("compute GET /flavors/**", "GET", "/flavors"));
  assert.ok(permits("compute GET /flavors/*", "GET", "/flavors/a%20b"));
  assert.ok(!permits("compute GET /flavors/*", "GET", "/flavors/a/b"));
  assert.ok(permits("compute GET /%61b", "GET", "/ab"));
  assert.ok(permits("compute GET /", "GET", "/"));
  assert.ok(!permits("compute GET /", "GET", "/a"));
  assert.ok(permits("volumev3 GET /a", "GET", "/a", "block-storage"));
  assert.ok(!permits("compute HEAD /a", "GET", "/a"));
  for (const wrong of ["", "a", "//", "/a/", "/.", "/%2F", "/%252e", "/a b", "/ä", "/%c3", "/%C2%85", "/*"]) {
    assert.throws(() => path(wrong), undefined, wrong);
  }
});
