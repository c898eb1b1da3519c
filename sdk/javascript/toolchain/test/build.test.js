// Builds components; needs `npm ci` in this folder.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const TOOLCHAIN = dirname(dirname(fileURLToPath(import.meta.url)));
const SDK = dirname(TOOLCHAIN);
const WIT = join(SDK, "..", "..", "wit");

const scratch = mkdtempSync(join(tmpdir(), "build-test-"));
after(() => rmSync(scratch, { recursive: true }));

const CHECK = (run, imports = "") => `
import { check } from "touchstone-sdk";
${imports}
export const CHECK = check({
  id: "c", version: "1.0.0", title: "t", url: "https://example.org",
  testcases: [{ id: "t", title: "t" }], grants: [], run(cx) { ${run} },
});
`;

/** Writes a check, and returns its folder. */
function write(name, files, sdk = SDK) {
  const folder = join(scratch, name);
  const manifest = { type: "module", main: "src/check.js", dependencies: { "touchstone-sdk": `file:${sdk}` } };
  for (const [path, content] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function build(check, { env = process.env, cwd = scratch } = {}) {
  const out = join(scratch, "out.wasm");
  rmSync(out, { force: true });
  const options = ["--check", check, "--wit", WIT, "--out", out];
  const { status, stderr } = spawnSync(process.execPath, [join(TOOLCHAIN, "build.mjs"), ...options], { env, cwd });
  return { status, stderr: stderr.toString(), component: status === 0 ? readFileSync(out) : null };
}

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The names that a component imports: its own import sections, not those of what is inside of it. */
function imports(component) {
  const names = [];
  const number = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7, at += 1) {
      value |= (component[at] & 0x7f) << shift;
      if (component[at] < 0x80) return [value, at + 1];
    }
  };
  for (let at = 8; at < component.length;) {
    const [size, data] = number(at + 1);
    if (component[at] === 10) {
      let [count, next] = number(data);
      for (; count > 0; count -= 1) {
        const [length, begin] = number(next + 1);
        names.push(component.subarray(begin, begin + length).toString());
        assert.equal(component[begin + length], 5, "an instance");
        [, next] = number(begin + length + 1);
      }
    }
    at = data + size;
  }
  return names.map((name) => name.replace(/^touchstone:check\/|@.*$/g, "")).sort();
}

test("the same files give the same bytes, wherever and whenever they are built", () => {
  const files = {
    "src/check.js": CHECK("cx.judge('t', () => other());", "import other from './other.js';"),
    "src/other.js": "export default () => {};",
  };
  const here = build(write("one", files));
  assert.equal(here.status, 0, here.stderr);
  const sdk = join(scratch, "else where", "sdk");
  cpSync(SDK, sdk, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const there = write(
    "else where/two",
    { ...files, "test/check.test.js": "no source", "README.md": "nor this" },
    "../sdk",
  );
  utimesSync(join(there, "src/check.js"), 1, 1);
  const temporary = join(scratch, "tmp");
  mkdirSync(temporary);
  const env = {
    PATH: process.env.PATH,
    TZ: "Asia/Tokyo",
    LANG: "tr_TR.UTF-8",
    TMPDIR: temporary,
    RANDOM: `${Math.random()}`,
  };
  const elsewhere = build(there, { env, cwd: there });
  assert.equal(elsewhere.status, 0, elsewhere.stderr);
  assert.equal(hash(elsewhere.component), hash(here.component));
  const other = build(write("three", { ...files, "src/other.js": "export default () => 1;" }));
  assert.notEqual(hash(other.component), hash(here.component));
});

test("a component imports what its check uses, and nothing of WASI", () => {
  const always = ["context", "findings", "types"];
  for (const [run, used, more] of [
    ["cx.judge('t', () => {});", []],
    ["new Map().get(1); cx.pause(1);", []],
    ["cx.get('compute', '/flavors');", ["openstack"]],
    ["cx.catalog();", ["openstack"]],
    ["flavors(cx);", ["openstack"], "import { flavors } from 'touchstone-sdk/openstack';"],
    // What a probe is answered is described in `openstack`.
    ["cx.probe('compute', '/'); cx.asset('a'); cx.evidence('e');", ["assets", "evidence", "openstack", "probe"]],
  ]) {
    const { component, stderr } = build(write("used", { "src/check.js": CHECK(run, more) }));
    assert.ok(component !== null, stderr);
    assert.deepEqual(imports(component), [...always, ...used].sort(), run);
  }
});

test("a component's imports can be said, too", () => {
  const manifest = {
    main: "src/check.js",
    dependencies: { "touchstone-sdk": `file:${SDK}` },
    touchstone: { imports: ["evidence"] },
  };
  const said = { "package.json": JSON.stringify(manifest), "src/check.js": CHECK("cx['evi' + 'dence']('e');") };
  assert.deepEqual(imports(build(write("said", said)).component), ["context", "evidence", "findings", "types"]);
});

test("what cannot be built is explained", () => {
  const fine = { "src/check.js": CHECK("") };
  const manifest = (more) => ({
    ...fine,
    "package.json": JSON.stringify({
      main: "src/check.js",
      dependencies: { "touchstone-sdk": `file:${SDK}` },
      ...more,
    }),
  });
  let n = 0;
  for (const [files, message] of [
    [{ ...fine, "package.json": "{" }, /package\.json: is not JSON/],
    [manifest({ main: "src/none.js" }), /`main` is the file that exports CHECK/],
    [manifest({ main: "../one/src/check.js" }), /`main` is the file that exports CHECK/],
    [manifest({ dependencies: {} }), /`dependencies` has `"touchstone-sdk": "file:…"`/],
    [manifest({ dependencies: { "touchstone-sdk": "file:.." } }), /is not the SDK/],
    [
      manifest({ dependencies: { "touchstone-sdk": `file:${SDK}`, leftpad: "1" } }),
      /depends on touchstone-sdk alone, and not on leftpad/,
    ],
    [manifest({ touchstone: { imports: ["files"] } }), /`touchstone\.imports` is a list of some of openstack/],
    [{ "src/check.js": "export const CHECK = (" }, /cannot be built: .*(unexpected|syntax)/is],
    [{ "src/check.js": "export const OTHER = 1;" }, /cannot be built: .*CHECK/s],
    [{ "src/check.js": CHECK("", "import './none.js';") }, /cannot be built: .*none\.js/s],
    [{ "src/check.js": CHECK("", "import 'node:fs';") }, /cannot be built: .*node:fs/s],
    [
      { "src/check.js": CHECK("").replace("1.0.0", "one") },
      /cannot be built: .*`version` is written like `1\.0\.0`/s,
    ],
    [{ "src/check.js": CHECK("", "const now = Date.now();") }, /cannot be built: .*there is no time before `run`/s],
    [{ "src/check.js": CHECK("", "const id = Math.random();") }, /cannot be built: .*no randomness/s],
  ]) {
    const { status, stderr } = build(write(`wrong-${(n += 1)}`, files));
    assert.equal(status, 1, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /build\.mjs:\d+/, "a stack trace");
  }
});

test("the lock names everything by its hash", () => {
  const lock = JSON.parse(readFileSync(join(TOOLCHAIN, "package-lock.json"), "utf8"));
  for (const [path, { integrity }] of Object.entries(lock.packages)) {
    if (path !== "") assert.match(integrity, /^sha512-/, path);
  }
});
