// TLS of the endpoints in a cloud's catalog. README.md has the text of the standard.

import { CheckError, check } from "touchstone-sdk";

import { endpoints } from "./endpoints.js";
import { GRANTS, look } from "./handshake.js";
import { nameProblem, specialUse } from "./names.js";

const HTTPS = "catalog-tls-https";
const NAMES = "catalog-tls-names";
const HANDSHAKE = "catalog-tls-handshake";

export const CHECK = check({
  id: "catalog-tls",
  version: "1.0.0",
  title: "TLS of the endpoints in the catalog",
  url: "https://github.com/SovereignCloudStack/touchstone/tree/main/checks/catalog-tls",
  testcases: [
    { id: HTTPS, title: "Every public endpoint in the catalog is reached by HTTPS." },
    { id: NAMES, title: "The host of every public endpoint is a fully qualified domain name, not an address." },
    { id: HANDSHAKE, title: "Every public endpoint completes a verified handshake of TLS 1.2 or newer." },
  ],
  grants: GRANTS,
  run,
});

function run(cx) {
  const all = endpoints(cx.catalog());
  const open = all.filter((endpoint) => endpoint.interface === "public");
  cx.judge(HTTPS, (t) => {
    mustHaveSome(open);
    for (const endpoint of open) https(endpoint, (message) => t.violation(message));
    const inner = all.filter((endpoint) => endpoint.interface !== "public" && endpoint.scheme === "http");
    if (inner.length > 0) {
      const services = [...new Set(inner.map((endpoint) => endpoint.serviceType))].join(", ");
      const what =
        inner.length === 1
          ? "an endpoint that is not public is"
          : `${inner.length} endpoints that are not public are`;
      t.warning(`${what} plain HTTP: of ${services}`).requiredBy("catalog-tls-v1, paragraph 2");
    }
  });
  cx.judge(NAMES, (t) => {
    mustHaveSome(open);
    for (const endpoint of open.filter(({ host }) => host !== null)) names(endpoint, t);
    // What is not a URL has no name, good or bad; that it is not one is said above.
    const none = open.find(({ host }) => host === null);
    if (none !== undefined)
      throw new CheckError(`the public endpoint ${none.shown} is not a URL with a host: it has no name`);
  });
  cx.judge(HANDSHAKE, (t) => {
    mustHaveSome(open);
    look(cx, open, t);
  });
}

/** What there is none of is not judged well. */
function mustHaveSome(open) {
  if (open.length === 0) {
    throw new CheckError(
      "the catalog has no public endpoint in the region of the run: there is nothing to be judged",
    );
  }
}

function https(endpoint, violation) {
  const { scheme, shown, hasUser } = endpoint;
  const say = (message) => violation(message).about(endpoint).requiredBy("catalog-tls-v1, paragraph 1");
  if (scheme === null) say(`the public endpoint ${shown} is not a URL with a host`);
  else if (scheme === "http") say(`the public endpoint ${shown} is plain HTTP`);
  else if (scheme !== "https") say(`the public endpoint ${shown} is not HTTPS`);
  else if (hasUser) say(`the public endpoint ${shown} has a user or a password in its URL`);
}

function names(endpoint, t) {
  const { host, shown } = endpoint;
  const problem = nameProblem(host);
  if (problem !== null) {
    t.violation(`the host of the public endpoint ${shown} ${problem}`)
      .about(endpoint)
      .requiredBy("catalog-tls-v1, paragraph 3");
    return;
  }
  const use = specialUse(host);
  if (use !== null) {
    t.warning(
      `the host of the public endpoint ${shown} is below .${use}, which no public resolver and no public authority knows`,
    )
      .about(endpoint)
      .requiredBy("catalog-tls-v1, paragraph 3");
  }
}
