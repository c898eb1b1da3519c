import assert from "node:assert/strict";
import { test } from "node:test";

import { check } from "touchstone-sdk";
import { Cloud } from "touchstone-sdk/testing";

import { CHECK } from "../src/check.js";

const HTTPS = "catalog-tls-https";
const NAMES = "catalog-tls-names";
const HANDSHAKE = "catalog-tls-handshake";

const endpoint = (url, more) => ({ interface: "public", region: "R1", url, ...more });
const service = (serviceType, ...urls) => ({
  serviceType,
  name: `name of ${serviceType}`,
  endpoints: urls.map((url) => (typeof url === "string" ? endpoint(url) : url)),
});
const PERFECT = [
  service("compute", "https://compute.cloud.test.org/v2.1"),
  service("identity", "https://identity.cloud.test.org:5000/v3"),
  service("volumev3", "https://volume.cloud.test.org/v3/%(project_id)s"),
];
const answering = (...types) => types.reduce((cloud, type) => cloud.probe(type, "/", 300), new Cloud());
const perfect = () => answering("compute", "identity", "block-storage");
const verdicts = (report) => [HTTPS, NAMES, HANDSHAKE].map((testcase) => report.verdict(testcase)).join(" ");
const run = (catalog, cloud = perfect()) => cloud.catalog(catalog).run(CHECK);
/** The perfect catalog, with another URL of compute. */
const withUrl = (url, cloud = perfect()) => run([service("compute", url), ...PERFECT.slice(1)], cloud);

test("a cloud with nothing but verified HTTPS passes without a word", () => {
  const report = run(PERFECT);
  assert.equal(verdicts(report), "pass pass pass");
  assert.deepEqual(report.allFindings, []);
  assert.deepEqual(report.calls, ["PROBE compute /", "PROBE identity /", "PROBE block-storage /"]);
});

test("without a public endpoint nothing is passed", () => {
  const internal = service("compute", endpoint("https://compute.cloud.test.org", { interface: "internal" }));
  for (const catalog of [[], [service("compute")], [internal]]) {
    const report = run(catalog);
    assert.equal(verdicts(report), "dnf dnf dnf");
    assert.match(report.reason(HTTPS), /no public endpoint in the region/);
  }
});

test("plain HTTP fails, and is said at its endpoint", () => {
  const report = withUrl("http://compute.cloud.test.org/v2.1");
  assert.equal(verdicts(report), "fail pass fail");
  const [finding] = report.findings(HTTPS);
  assert.match(
    finding.message,
    /^the public endpoint compute http:\/\/compute\.cloud\.test\.org\/v2\.1 is plain HTTP/,
  );
  assert.equal(finding.requirement, "catalog-tls-v1, paragraph 1");
  assert.equal(finding.resource.name, "name of compute (compute, public)");
  assert.equal(
    report.reason(HANDSHAKE),
    "compute http://compute.cloud.test.org/v2.1: is not HTTPS: there is no handshake",
  );
  assert.deepEqual(report.calls, ["PROBE identity /", "PROBE block-storage /"]);
});

test("what is no URL with a host fails as such, and has no name", () => {
  for (const url of [
    "",
    "compute",
    "https://",
    "https:///v2",
    "//host.org",
    "https://a b.org",
    "https://host.org:65536",
    "https://host.org:0",
    "https://:443",
    "ftp://host.org",
  ]) {
    assert.equal(verdicts(withUrl(url)), "fail dnf dnf", JSON.stringify(url));
  }
  assert.equal(verdicts(withUrl("ftp://ftp.cloud.test.org:21/")), "fail pass fail");
  for (const url of [
    "https://user:secret@compute.cloud.test.org/",
    "http://user:secret@a@b",
    "https://user: secret@c",
  ]) {
    const report = withUrl(url);
    assert.equal(report.verdict(HTTPS), "fail");
    assert.ok(!JSON.stringify([report.allFindings, report.outcomes]).includes("secret"), url);
  }
});

test("URLs are read as RFC 3986 has them", () => {
  for (const url of [
    "HTTPS://Compute.Cloud.Test.Org",
    "https://compute.cloud.test.org:443?a",
    "https://compute.cloud.test.org.:1/#",
    "https://compute.cloud.test.org:65535",
  ]) {
    assert.equal(verdicts(withUrl(url)), "pass pass pass", url);
  }
});

test("addresses and names that depend on who asks fail", () => {
  for (const [host, words] of [
    ["192.0.2.1", "is an IPv4 address"],
    ["192.0.2.1.", "is an IPv4 address"],
    ["127.1", "is an IPv4 address"],
    ["0x7f.0.0.1", "is an IPv4 address"],
    ["2130706433", "is an IPv4 address"],
    ["[2001:db8::1]", "is an IPv6 address"],
    ["localhost", "is the machine of whoever asks"],
    ["a.localhost", "is the machine of whoever asks"],
    ["controller", "is not fully qualified"],
    ["nova_api.cloud.test.org", "is not a domain name: `nova_api`"],
    ["-a.test.org", "is not a domain name: `-a`"],
    ["a..test.org", "is not a domain name: ``"],
    [`${"a".repeat(64)}.org`, "is not a domain name"],
    [`${"a.".repeat(130)}org`, "is not a domain name: it is too long"],
  ]) {
    const report = withUrl(`https://${host}/`);
    assert.equal(verdicts(report), "pass fail pass", host);
    assert.ok(report.reason(NAMES).includes(words), `${host}: ${report.reason(NAMES)}`);
  }
  assert.equal(withUrl("https://nova_api.internal/").findings(NAMES).length, 1);
  const longest = `${"a.".repeat(125)}org`;
  assert.equal(longest.length, 253);
  for (const host of [longest, "xn--bcher-kva.example.com", "1.a.org", "a1.b-c.org", "api.cloud.de"]) {
    assert.equal(verdicts(withUrl(`https://${host}/`)), "pass pass pass", host);
  }
});

test("names that are not public are warned of", () => {
  for (const host of ["api.cloud.internal", "api.local", "nas.home.arpa"]) {
    const report = withUrl(`https://${host}/`);
    assert.equal(verdicts(report), "pass pass pass");
    assert.deepEqual(
      report.findings(NAMES).map((finding) => finding.severity),
      ["warning"],
    );
  }
});

test("endpoints that are not public are warned of, and neither named nor probed", () => {
  const internal = endpoint("http://10.0.0.1:8774", { interface: "internal" });
  const report = run([service("compute", "https://compute.cloud.test.org", internal), ...PERFECT.slice(1)]);
  assert.equal(verdicts(report), "pass pass pass");
  const [warning, ...more] = report.findings(HTTPS);
  assert.deepEqual([warning.severity, warning.requirement], ["warning", "catalog-tls-v1, paragraph 2"]);
  assert.equal(warning.message, "an endpoint that is not public is plain HTTP: of compute");
  assert.equal(more.length, 0);
  const secure = endpoint("https://10.0.0.1:8774", { interface: "admin" });
  assert.equal(
    run([...PERFECT, service("compute", "https://compute.cloud.test.org", secure)]).findings(HTTPS).length,
    0,
  );
  assert.equal(withUrl("http://compute.cloud.test.org").findings(HTTPS).length, 1);
  const two = run([...PERFECT, service("image", internal, internal), service("dns", internal)]).findings(HTTPS);
  assert.deepEqual(
    two.map((f) => f.message),
    ["3 endpoints that are not public are plain HTTP: of image, dns"],
  );
});

/** The perfect cloud, but for compute, whose probe fails. */
const without = (kind, problem) => {
  const cloud = answering("identity", "block-storage");
  return cloud.noAnswer("PROBE", "compute", "/", kind, `compute GET /: https://compute.cloud.test.org: ${problem}`);
};

test("a handshake that fails fails, and says why", () => {
  for (const [problem, words] of [
    [
      "its certificate is of an authority that is not trusted here; give that authority's certificate",
      "do not trust",
    ],
    ["its certificate is for another host name", "another host name"],
    ["its certificate has expired", "has expired"],
    ["it does not speak TLS; is the URL one with http:// instead of https://?", "does not speak TLS"],
    ["TLS failed: invalid peer certificate: NotValidYet", "cannot be verified"],
    ["TLS failed: peer is incompatible: ServerDoesNotSupportTls12Or13", "neither TLS 1.2 nor TLS 1.3"],
    ["TLS failed: received fatal alert: ProtocolVersion", "refuses TLS 1.2 and TLS 1.3"],
    ["TLS failed: received fatal alert: HandshakeFailure", "every secure cipher suite"],
  ]) {
    const report = withUrl("https://compute.cloud.test.org/v2.1", without("unreachable", problem));
    assert.equal(verdicts(report), "pass pass fail", problem);
    assert.ok(report.reason(HANDSHAKE).includes(words), report.reason(HANDSHAKE));
    assert.equal(report.findings(HANDSHAKE)[0].requirement, "catalog-tls-v1, paragraph 4");
  }
});

test("a connection that fails otherwise is not judged", () => {
  for (const [kind, problem] of [
    ["unreachable", "nobody listens there (connection refused) (3 attempts)"],
    ["unreachable", "the name of the host cannot be resolved"],
    ["unreachable", "TLS failed: received fatal alert: InternalError"],
    ["unreachable", "the connection was closed while it was being set up"],
    ["timed-out", "no connection in time"],
    ["timed-out", "its certificate has expired"],
    ["too-large", "the answer has 99999999 bytes"],
    ["exhausted", "no calls are left"],
    ["not-on-tape", "not on tape"],
  ]) {
    const report = withUrl("https://compute.cloud.test.org/v2.1", without(kind, problem));
    assert.equal(verdicts(report), "pass pass dnf", problem);
    assert.ok(report.reason(HANDSHAKE).includes(problem), report.reason(HANDSHAKE));
  }
});

test("any answer proves the handshake", () => {
  for (const status of [200, 300, 301, 401, 404, 503]) {
    const cloud = answering("identity", "block-storage").probe("compute", "/", status, "<html>");
    assert.equal(verdicts(withUrl("https://compute.cloud.test.org", cloud)), "pass pass pass", `${status}`);
  }
});

test("a violation counts, even if other hosts cannot be looked at", () => {
  const cloud = without("timed-out", "no connection in time");
  const report = run([PERFECT[0], service("identity", "http://identity.cloud.test.org"), PERFECT[2]], cloud);
  assert.equal(report.verdict(HANDSHAKE), "fail");
});

test("what the manifest does not grant is not judged", () => {
  const narrow = check({ ...CHECK, grants: CHECK.grants.filter((grant) => !grant.startsWith("compute ")) });
  const report = perfect().catalog(PERFECT).run(narrow);
  assert.equal(verdicts(report), "pass pass dnf");
  assert.match(report.reason(HANDSHAKE), /compute GET \/: no PROBE among the grants/);
});

test("a service of an unknown type is judged by others on its host, or not at all", () => {
  const alone = [...PERFECT, service("vendor-thing", "https://thing.cloud.test.org")];
  const report = run(alone);
  assert.equal(verdicts(report), "pass pass dnf");
  assert.match(report.reason(HANDSHAKE), /does not know the service type vendor-thing/);
  const beside = [...PERFECT, service("vendor-thing", "https://compute.cloud.test.org/thing")];
  assert.equal(verdicts(run(beside)), "pass pass pass");
});

test("a service on several hosts is judged by others on them, or not at all", () => {
  const two = [
    ...PERFECT.slice(0, 2),
    service("volumev3", "https://volume.cloud.test.org/v3"),
    service("block-storage", "https://cinder.cloud.test.org/v3"),
  ];
  const report = run(two);
  assert.equal(verdicts(report), "pass pass dnf");
  assert.match(report.reason(HANDSHAKE), /several hosts for the service block-storage/);
  assert.ok(!report.calls.includes("PROBE block-storage /"));
  const one = [...PERFECT, service("volumev2", "https://volume.cloud.test.org:443/v2")];
  assert.equal(verdicts(run(one)), "pass pass pass");
  const covered = [
    ...two,
    service("dns", "https://volume.cloud.test.org"),
    service("image", "https://cinder.cloud.test.org"),
  ];
  assert.equal(verdicts(run(covered, answering("compute", "identity", "dns", "image"))), "pass pass pass");
});

test("a host that several services share is probed once, and again only if that did not tell", () => {
  const shared = ["compute", "image", "network"].map((type) => service(type, `https://api.cloud.test.org/${type}`));
  const report = run(shared, answering("compute", "image", "network"));
  assert.equal(verdicts(report), "pass pass pass");
  assert.deepEqual(report.calls, ["PROBE compute /"]);
  const slow = new Cloud().noAnswer("PROBE", "compute", "/", "timed-out").probe("image", "/", 200);
  assert.equal(verdicts(run(shared, slow)), "pass pass pass");
});

test("only what is asked for is probed", () => {
  const report = perfect().catalog(PERFECT).only(HTTPS).run(CHECK);
  assert.equal(report.verdict(HTTPS), "pass");
  assert.deepEqual(report.calls, []);
});
