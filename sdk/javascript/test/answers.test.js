import assert from "node:assert/strict";
import { test } from "node:test";

import { CheckError, any, check, integer, optional } from "../src/index.js";
import {
  FLAVOR_GRANTS,
  IMAGE_GRANTS,
  VOLUME_TYPE_GRANTS,
  eachImage,
  flavors,
  get,
  getAll,
  images,
  post,
  volumeTypes,
} from "../src/openstack.js";
import { queryOf } from "../src/openstack/pages.js";
import { Response } from "../src/openstack/request.js";
import { read, strict } from "../src/shape.js";
import { Cloud } from "../src/testing.js";
import { decode, decodeLossy, encode } from "../src/utf8.js";

const judge = (grants, body) =>
  check({
    id: "c",
    version: "1.0.0",
    title: "t",
    url: "https://example.org",
    testcases: [{ id: "t", title: "t" }],
    grants,
    run: (cx) => cx.judge("t", (t) => t.summarize(body(cx))),
  });

test("answers have the shape that was asked for, or are none", () => {
  const shape = { list: [{ id: String, n: integer, x: Number, on: Boolean, maybe: optional(String), rest: any }] };
  const item = { id: "1", n: 1, x: 1.5, on: true, rest: { deep: 1 } };
  const found = read({ list: [item], more: 1 }, shape, "answer");
  assert.equal(found.list[0].maybe, null);
  assert.equal(found.list[0].rest.deep, 1);
  assert.throws(() => found.more, /answer has no `more`/);
  assert.throws(() => found.list[0].Id, /answer\.list\[0\] has no `Id`/);
  assert.throws(() => found.list[0].rest.dep, /answer\.list\[0\]\.rest has no `dep`/);
  assert.throws(() => found.list[1], /has no \[1\]/);
  for (const [spoiled, message] of [
    [{ id: 7 }, /list\[0\]\.id is not what the API promises: it is a number, not a text/],
    [{ n: 1.5 }, /not a whole number/],
    [{ x: "1" }, /it is a text, not a number/],
    [{ on: null }, /it is null, not true or false/],
    [{ rest: undefined }, /rest is missing/],
  ]) {
    assert.throws(() => read({ list: [{ ...item, ...spoiled }] }, shape, "answer"), message);
  }
  assert.throws(() => read([], { a: any }, "answer"), /it is a list, not an object/);
  assert.throws(() => read({}, { a: [any] }, "answer"), /answer\.a is missing/);
  for (const none of [7, null, "text", { 0: 1, length: 1 }]) {
    assert.throws(() => read({ a: none }, { a: [any] }, "answer"), /answer\.a is not .*, not a list/);
  }
  for (const none of [7, null, "text", undefined]) {
    assert.throws(() => read(none, { a: optional(any) }, "answer"), /not an object|is missing/);
  }
  for (const none of [[], [any, any], null, "text"]) {
    assert.throws(() => read({ a: [1, 2] }, { a: none }, "answer"), /a shape is String, Number/);
  }
  assert.throws(() => read(7, "text", "answer"), TypeError);
});

test("what is strict cannot be changed, is the same each time, and otherwise is what it was", () => {
  const answer = strict({ list: [{ a: 1 }, { a: 2 }], name: "n" }, "answer");
  assert.throws(() => (answer.name = "m"), /cannot be changed/);
  assert.throws(() => answer.list.push(3), /cannot be changed/);
  assert.equal(answer.list[0], answer.list[0]);
  assert.deepEqual(
    answer.list.filter((x) => x.a > 1).map((x) => x.a),
    [2],
  );
  assert.equal(JSON.stringify(answer), '{"list":[{"a":1},{"a":2}],"name":"n"}');
  assert.deepEqual({ ...answer.list[0] }, { a: 1 });
  assert.equal("b" in answer, false);
  assert.equal(`${Object.keys(answer)}`, "list,name");
});

test("another status, and what is not JSON, is named", () => {
  const response = (status, body) => new Response("compute GET /x", status, [], encode(body));
  assert.throws(
    () => response(403, '{"forbidden": {"message": "no"}}').expect(200),
    /^CheckError: compute GET \/x: answered 403: no$/,
  );
  assert.throws(() => response(500, "<html>").expect(200), /compute GET \/x: answered 500$/);
  assert.throws(() => response(200, "<html>").expect(200), /answered 200, but the body is not JSON/);
  const bytes = new Response("compute GET /x", 200, [], Uint8Array.of(0xff));
  assert.throws(() => bytes.expect(200), /not UTF-8/);
  assert.equal(bytes.text(), "\ufffd");
});

test("a request is what was asked for", () => {
  const plain = get("compute", "/x");
  assert.deepEqual([plain.microversion, plain.body, plain.query, plain.headers], [null, null, [], []]);
  const json = post("compute", "/x", { a: "ä" });
  assert.deepEqual(json.headers, [["content-type", "application/json"]]);
  assert.equal(decode(json.body), '{"a":"ä"}');
  const patch = post("image", "/x", [], { headers: { accept: "x", "Content-Type": "application/json-patch" } });
  assert.deepEqual(patch.headers, [
    ["accept", "x"],
    ["Content-Type", "application/json-patch"],
  ]);
  assert.deepEqual(post("image", "/x", Uint8Array.of(1)).headers, []);
  const paged = get("compute", "/x", { microversion: "2.1", headers: { accept: "x" } }).withQuery([["a", "1"]]);
  assert.deepEqual([paged.microversion, paged.headers, paged.query], ["2.1", [["accept", "x"]], [["a", "1"]]]);
  assert.equal(new Response(plain, 200, [["a", "b"]], encode("")).header("c"), null);
});

test("text is UTF-8", () => {
  for (const text of ["", "a", "ä€🦀", "x".repeat(20_000) + "é"]) {
    assert.deepEqual(encode(text), new Uint8Array(Buffer.from(text)));
    assert.equal(decode(encode(text)), text);
  }
  for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe4], [0x80]]) {
    assert.throws(() => decode(Uint8Array.from(bytes)), /not UTF-8/);
  }
  assert.equal(decodeLossy(Uint8Array.from([0x61, 0xff, 0x62, 0xc3, 0xa4])), "a\ufffdbä");
});

test("pages are followed by their query", () => {
  const all = judge(["identity GET /users", "compute GET /servers", "block-storage GET /types"], (cx) =>
    [
      cx.getAll("compute", "/servers", "servers", { id: String }).map((s) => s.id),
      cx.getAll("identity", "/users", "users").map((s) => s.id),
      cx.getAll("block-storage", "/types", "volume_types").length,
    ].join(" "),
  );
  const next = (href) => [
    { rel: "self", href: "no" },
    { rel: "next", href },
  ];
  const report = new Cloud()
    .get("compute", "/servers", {
      servers: [{ id: "1" }],
      servers_links: next("https://inner/v2/servers?marker=1&x=a%2Fb"),
    })
    .get("compute", "/servers?marker=1&x=a/b", { servers: [{ id: "2" }] })
    .get("identity", "/users", { users: [{ id: "u" }], links: { next: "https://k/v3/users?page=2", self: "x" } })
    .get("identity", "/users?page=2", { users: [{ id: "v" }], links: { next: null } })
    .get("block-storage", "/types", { volume_types: [1], volume_type_links: next("https://c/types?marker=1") })
    .get("block-storage", "/types?marker=1", { volume_types: [2] })
    .run(all);
  assert.equal(report.reason("t"), "1,2 u,v 2");
  assert.deepEqual(report.calls.slice(0, 2), ["GET compute /servers", "GET compute /servers?marker=1&x=a/b"]);
});

test("a list whose end cannot be told is an exception", () => {
  const CHECK = judge(IMAGE_GRANTS, (cx) => `${images(cx).length}`);
  const verdict = (page) => new Cloud().get("image", "/images", page).run(CHECK).verdict("t");
  assert.equal(verdict({ images: [] }), "pass");
  assert.equal(verdict({ images: [], next: null }), "pass");
  for (const page of [
    { images: [], next: {} },
    { images: [], next: 7 },
    { images: [], images_links: [{ rel: "next", href: null }] },
    { images: [], images_links: [{ rel: "next" }] },
    { images: [], next: "/v2/images" },
    { images: [], next: "/v2/images?limit=1000" },
    { images: [], next: "/v2/images?marker=1" }, // for ever
    {},
    [],
    null,
    { images: {} },
    { images: [7] },
    { images: [{ id: "1" }] },
  ]) {
    assert.equal(verdict(page), "dnf", JSON.stringify(page));
  }
});

test("why the end of a list cannot be told is said, and a list without end has one", () => {
  /** A cloud that answers what `page` makes of the number of calls. */
  const asked = (page) => {
    let calls = 0;
    const call = (request) => new Response(request, 200, [], encode(JSON.stringify(page((calls += 1)))));
    assert.throws(
      () => getAll({ call }, get("image", "/images", { query: { limit: 1 } }), "images"),
      (thrown) => {
        page.message = thrown.message;
        return thrown instanceof CheckError;
      },
    );
    return [calls, page.message];
  };
  const endless = asked((n) => ({ images: [n], next: `/v2/images?marker=${n}` }));
  assert.deepEqual(endless, [2_001, "image GET /images: more than 2000 pages"]);
  const back = "image GET /images: the link to the next page leads back to the same page";
  assert.deepEqual(
    asked(() => ({ images: [], next: "/v2/images?limit=1" })),
    [1, back],
  );
  assert.deepEqual(
    asked(() => ({ images: [], next: "/v2/images" })),
    [1, back],
  );
  assert.deepEqual(
    asked(() => ({ images: [], next: "?" })),
    [1, back],
  );
  assert.equal(
    asked(() => ({ images: [], next: 7 }))[1],
    "image GET /images: the link to the next page is not a URL",
  );
});

test("a query is decoded", () => {
  const link = "https://internal.example:8774/v2.1/flavors/detail?limit=1000&marker=a%2Fb+c%2&x#frag";
  assert.deepEqual(queryOf(link), [
    ["limit", "1000"],
    ["marker", "a/b c%2"],
    ["x", ""],
  ]);
  assert.deepEqual(queryOf("https://host/path"), []);
  assert.deepEqual(queryOf("?a=1"), [["a", "1"]]);
});

test("flavors come with their extra specs, from the list or one by one", () => {
  const CHECK = judge(FLAVOR_GRANTS, (cx) =>
    flavors(cx)
      .map((f) => `${f.name} ${f.vcpus} ${f.ramMib} ${f.extraSpecs.get("k")}`)
      .join(),
  );
  const flavor = (more) => ({ id: "a b", name: "f", vcpus: 1, ram: 512, disk: 0, ...more });
  const modern = new Cloud().get("compute", "/flavors/detail", { flavors: [flavor({ extra_specs: { k: "v" } })] });
  assert.equal(modern.run(CHECK).reason("t"), "f 1 512 v");
  const old = new Cloud()
    .reply("GET", "compute", "/flavors/detail", 406)
    .get("compute", "/flavors/detail", { flavors: [flavor()] })
    .get("compute", "/flavors/a%20b/os-extra_specs", { extra_specs: { k: true } });
  assert.equal(old.run(CHECK).reason("t"), "f 1 512 true");
  const hidden = new Cloud().get("compute", "/flavors/detail", { flavors: [flavor()] });
  assert.equal(hidden.run(CHECK).verdict("t"), "dnf");
  for (const spoiled of [{ vcpus: "1" }, { ram: null }, { extra_specs: [] }, { name: undefined }]) {
    const cloud = new Cloud().get("compute", "/flavors/detail", {
      flavors: [flavor({ extra_specs: {}, ...spoiled })],
    });
    assert.equal(cloud.run(CHECK).verdict("t"), "dnf", JSON.stringify(spoiled));
  }
  const typo = judge(FLAVOR_GRANTS, (cx) => `${flavors(cx).filter((f) => f.vcpu < 1).length}`);
  assert.equal(modern.run(typo).verdict("t"), "dnf");
  assert.match(modern.run(typo).reason("t"), /a flavor has no `vcpu`/);
});

test("images and volume types are read, with and without a name", () => {
  const image = { id: "1", name: null, visibility: "public", status: "active", os_distro: "debian", empty: "" };
  const cloud = new Cloud()
    .get("image", "/images?limit=1000", { images: [image], next: "/v2/images?limit=1000&marker=1" })
    .get("image", "/images?limit=1000&marker=1", { images: [{ ...image, name: "n" }] })
    .get("block-storage", "/types", { volume_types: [{ id: "1", name: "LUKS", description: null }] });
  const CHECK = judge([...IMAGE_GRANTS, ...VOLUME_TYPE_GRANTS], (cx) => {
    const distros = [];
    eachImage(cx, { id: String, os_distro: optional(String) }, (i) => distros.push(i.os_distro));
    const all = images(cx).map(
      (i) => `${i.name} ${i.property("os_distro")} ${i.property("empty")} ${i.property("none")}`,
    );
    return [...distros, ...all, ...volumeTypes(cx).map((v) => `${v.name} ${v.description}`)].join();
  });
  const expected = "debian,debian,null debian null null,n debian null null,LUKS null";
  assert.equal(cloud.run(CHECK).reason("t"), expected);
  const mute = new Cloud().get("block-storage", "/types", { volume_types: [{ id: "1", name: "n" }] });
  assert.equal(mute.run(judge(VOLUME_TYPE_GRANTS, (cx) => `${volumeTypes(cx)}`)).verdict("t"), "dnf");
});
