import { surround } from "../ambient.js";
import { Context, blame, mustBeDone } from "../context.js";
import { CallError, explain } from "../error.js";
import { Response } from "../openstack/request.js";
import { encode } from "../utf8.js";
import { hideOthers } from "./engine.js";
import { Host } from "./host.js";
import { Report } from "./report.js";

const PREFIX = "touchstone-0123456789ab-";
const NOBODY = { userId: "", userName: "", projectId: "", projectName: "", domainName: "", roles: [], region: null };

/**
 * A cloud with scripted answers. Its methods return it, so that they can be chained; `run` leaves it as it was.
 */
export class Cloud {
  /** A cloud that answers 404 to everything. */
  constructor() {
    /** @type {Map<string, any[]>} */
    this.answers = new Map();
    this.parameters = new Map();
    this.assets = new Map();
    this.handedIn = new Map();
    this.wanted = null;
    this.services = [];
    this.caller = NOBODY;
    // 2026-01-01T00:00:00Z: any fixed time will do, but not one that looks like "never set".
    this.seconds = 1_767_225_600;
    this.prefix = PREFIX;
  }

  /**
   * Answers a `GET` of a path (with its query, if it is to be told apart: `/flavors/detail?marker=7`) with status 200
   * and this JSON. Scripted more than once, the answers are given in order, and the last one for ever.
   * @param {string} service
   * @param {string} path
   * @param {unknown} body
   */
  get(service, path, body) {
    return this.reply("GET", service, path, 200, body);
  }

  /**
   * Answers a request with any status and body: text or bytes as they are, anything else as JSON.
   * @param {string} method in upper case
   * @param {string} service
   * @param {string} path
   * @param {number} status
   * @param {unknown} [body]
   */
  reply(method, service, path, status, body = "") {
    const headers = [["content-type", "application/json"]];
    return this.#script(`${method} ${service} ${path}`, { status, headers, body: bytes(body) });
  }

  /**
   * Gives no answer to a request.
   * @param {string} method in upper case, or `PROBE`
   * @param {string} service
   * @param {string} path
   * @param {string} kind see `CallError`
   * @param {string} [message]
   */
  noAnswer(method, service, path, kind, message = `${service} ${method} ${path}: no answer (${kind}, as scripted)`) {
    return this.#script(`${method} ${service} ${path}`, { kind, message });
  }

  /**
   * Answers a probe: a `GET` without credentials at the root of the host of a service.
   * @param {string} service
   * @param {string} path
   * @param {number} status
   * @param {unknown} [body]
   */
  probe(service, path, status, body = "") {
    return this.#script(`PROBE ${service} ${path}`, { status, headers: [], body: bytes(body) });
  }

  /** Gives the check a parameter. */
  parameter(name, value) {
    this.parameters.set(name, value);
    return this;
  }

  /** Gives the check an asset: text, or bytes. */
  asset(name, content) {
    this.assets.set(name, bytes(content));
    return this;
  }

  /** Hands in evidence: text, or bytes. */
  evidence(name, content) {
    this.handedIn.set(name, bytes(content));
    return this;
  }

  /** Asks for some testcases only. @param {...string} testcases */
  only(...testcases) {
    this.wanted = testcases;
    return this;
  }

  /**
   * Sets the catalog.
   * @param {{ serviceType: string, name: string, endpoints: { interface: string, region: string, url: string }[] }[]} services
   */
  catalog(services) {
    this.services = services;
    return this;
  }

  /** Sets the identity, or some of it. */
  identity(identity) {
    this.caller = { ...NOBODY, ...identity };
    return this;
  }

  /** Sets the reference time, in seconds since 1970-01-01T00:00:00Z. */
  referenceTime(seconds) {
    this.seconds = seconds;
    return this;
  }

  /**
   * Runs a check against this cloud.
   *
   * Throws what is a mistake of the check or of its test, and no matter of the cloud: a grant that cannot be parsed,
   * a testcase that the check does not list, anything it threw that is no `CheckError`; or that it waits for more
   * than two hours. In the component, these are DNF.
   * @param {Readonly<import("../check.js").Check>} check
   * @returns {Report}
   */
  run(check) {
    const wanted = this.wanted ?? check.testcases.map(({ id }) => id);
    const report = new Report([...wanted]);
    const host = new Host(
      this,
      check,
      report,
      new Map([...this.answers].map(([line, answers]) => [line, [...answers]])),
    );
    const undo = [surround(() => host), hideOthers()];
    try {
      mustBeDone(check.run(new Context(host, check)), "`run`");
    } catch (thrown) {
      blame(host, thrown);
      report.error = explain(thrown);
    } finally {
      for (const restore of undo) restore();
    }
    if (host.fault !== null) throw host.fault.thrown;
    return report;
  }

  #script(line, answer) {
    this.answers.set(line, [...(this.answers.get(line) ?? []), answer]);
    return this;
  }
}

/** What is scripted for a line, and is to be given next. */
export function next(answers, request, ...lines) {
  const line = lines.find((candidate) => answers.has(candidate));
  if (line === undefined) {
    const body = { error: { code: 404, message: "nothing was scripted for this request" } };
    return new Response(request, 404, [], bytes(body));
  }
  const left = answers.get(line);
  const answer = left.length > 1 ? left.shift() : left[0];
  if (answer.kind !== undefined) throw new CallError(answer.kind, answer.message);
  return new Response(request, answer.status, answer.headers, answer.body);
}

function bytes(content) {
  if (content instanceof Uint8Array) return content;
  return encode(typeof content === "string" ? content : JSON.stringify(content));
}
