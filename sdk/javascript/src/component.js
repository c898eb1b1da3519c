import { surround } from "./ambient.js";
import { Context, blame, mustBeDone } from "./context.js";
import { CallError, CheckError, explain } from "./error.js";
import { Created, Response, get } from "./openstack/request.js";

// The host as a component sees it. The imports of `touchstone:check` exist in components only: the module that the
// build writes hands them over, and only those that the check needs, so that its list of imports is its list of
// capabilities.

let running = null;
// From the first on that is evaluated: what a module computes while it is loaded is computed when the check is built.
surround(() => running);

/**
 * What a component exports as `check`.
 * @param {Readonly<import("./check.js").Check>} check
 * @param {Record<string, any>} imports interfaces of `touchstone:check`, by name
 */
export function component(check, imports) {
  const { id, version, title, url, testcases, grants, parameters, assets } = check;
  const copies = (items) => items.map((item) => ({ ...item }));
  return {
    describe: () => ({
      id,
      version,
      title,
      url,
      testcases: copies(testcases),
      grants: [...grants],
      parameters: copies(parameters),
      assets: copies(assets),
    }),
    run() {
      const host = new Host(imports);
      running = host;
      try {
        mustBeDone(check.run(new Context(host, check)), "`run`");
      } catch (thrown) {
        blame(host, thrown);
        throw explain(thrown);
      } finally {
        running = null;
      }
    },
  };
}

class Host {
  #imports;

  constructor(imports) {
    this.#imports = imports;
  }

  outcome(testcase, verdict, reason) {
    this.#of("findings").outcome(testcase, verdict, reason);
  }

  finding(testcase, finding) {
    const { severity, fullMessage: message, resource, requirement } = finding;
    this.#of("findings").add(testcase, { severity, message, resource, requirement });
  }

  log(level, message) {
    this.#of("findings").log(level, message);
  }

  blame(thrown) {
    if (thrown instanceof Error) this.log("warning", `${thrown}\n${thrown.stack}`);
  }

  call(request) {
    return answer(request, () => this.#of("openstack").call(lowered(request)));
  }

  callAll(requests) {
    const results = this.#of("openstack").callAll(requests.map(lowered));
    if (results.length !== requests.length) throw new CheckError("the host answered fewer calls than were made");
    return results.map((result, i) =>
      result.tag === "ok" ? response(requests[i], result.val) : callError(result.val),
    );
  }

  create({ request, idPointer, undo }) {
    return answer(
      request,
      () => this.#of("openstack").create({ request: lowered(request), idPointer, undo: lowered(undo) }),
      (created) => new Created(created.id, response(request, created.response)),
    );
  }

  probe(service, path) {
    return answer(get(service, path), () => this.#of("probe").get({ service, path }));
  }

  catalog() {
    return this.#of("openstack").catalog();
  }

  identity() {
    const identity = this.#of("openstack").identity();
    return { ...identity, region: identity.region ?? null };
  }

  parameter(name) {
    return this.#of("context").parameter(name) ?? null;
  }

  testcases() {
    return this.#of("context").testcases();
  }

  referenceTime() {
    return Number(this.#of("context").referenceTime());
  }

  prefix() {
    return this.#of("context").prefix();
  }

  pause(milliseconds) {
    this.#of("context").pause(milliseconds);
  }

  asset(name) {
    const assets = this.#of("assets");
    try {
      return bytes(assets.read(name));
    } catch (thrown) {
      if (payload(thrown) === "not-found") return null;
      throw thrown;
    }
  }

  evidence(name) {
    const content = this.#of("evidence").read(name);
    return content === undefined || content === null ? null : bytes(content);
  }

  #of(name) {
    const found = this.#imports[name];
    if (found !== undefined) return found;
    throw new CheckError(
      `the component does not import \`${name}\`: \`touchstone check build\` saw no use of it in the check's own files`,
    );
  }
}

/** @returns {any} */
function answer(request, call, made = /** @type {(value: any) => any} */ ((value) => response(request, value))) {
  let value;
  try {
    value = call();
  } catch (thrown) {
    throw callError(payload(thrown));
  }
  return made(value);
}

/** What a WIT function gave as `err`: engines throw it as it is, or in an `Error`. */
function payload(thrown) {
  return thrown instanceof Error && "payload" in thrown ? thrown.payload : thrown;
}

function callError(error) {
  if (typeof error?.kind !== "string") throw error;
  return new CallError(error.kind, error.message);
}

function lowered({ service, method, path, query, microversion, headers, body }) {
  return {
    service,
    method,
    path,
    query,
    microversion,
    headers: headers.map(([name, value]) => ({ name, value })),
    body,
  };
}

function response(request, { status, headers, body }) {
  return new Response(
    request,
    status,
    headers.map(({ name, value }) => [name, value]),
    bytes(body),
  );
}

function bytes(list) {
  return list instanceof Uint8Array ? list : Uint8Array.from(list);
}
