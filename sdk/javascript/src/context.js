import { lists } from "./check.js";
import { CheckError, explain } from "./error.js";
import { Finding } from "./finding.js";
import { getAll } from "./openstack/pages.js";
import { get } from "./openstack/request.js";
import { strict } from "./shape.js";

/** In milliseconds, as the contract has it. */
const LONGEST_PAUSE = 60_000;

/** What a check is given: the subject's API, the run's parameters, and where to say what it found. */
export class Context {
  #host;
  #check;

  /**
   * Not for checks: `component` and `testing` make it.
   * @param {object} host
   * @param {Readonly<import("./check.js").Check>} check
   */
  constructor(host, check) {
    this.#host = host;
    this.#check = check;
  }

  /**
   * Judges one testcase: FAIL if `judge` noted a violation, DNF if it threw something, PASS otherwise. Does nothing
   * if the testcase was not asked for.
   * @param {string} testcase
   * @param {(t: Testee) => void} judge
   */
  judge(testcase, judge) {
    if (!this.isWanted(testcase)) return;
    const testee = new Testee();
    let problem = null;
    try {
      mustBeDone(judge(testee), "what judges a testcase");
    } catch (thrown) {
      blame(this.#host, thrown);
      problem = explain(thrown);
    }
    const { findings, summary } = testee.close();
    for (const finding of findings) this.#host.finding(testcase, finding);
    const violations = findings.filter((finding) => finding.severity === "error");
    // A violation that was seen stays one, even if the rest could not be looked at.
    if (violations.length > 0) {
      const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
      this.#host.outcome(testcase, "fail", summary ?? violations[0].message + more);
    } else if (problem !== null) {
      this.#host.outcome(testcase, "dnf", problem);
    } else {
      this.#host.outcome(testcase, "pass", summary ?? "");
    }
  }

  /**
   * Whether a testcase is to be judged in this run; a check need not do the work for others.
   * @param {string} testcase
   */
  isWanted(testcase) {
    if (!lists(this.#check, testcase)) throw new TypeError(`the check does not list a testcase \`${testcase}\``);
    return this.testcases().includes(testcase);
  }

  /**
   * Says that a testcase could not be judged.
   * @param {string} testcase
   * @param {string} reason
   */
  cannotJudge(testcase, reason) {
    if (this.isWanted(testcase)) this.#host.outcome(testcase, "dnf", reason);
  }

  /**
   * Makes one API call. Whatever status the service answers, it is an answer; see `Response.expect`. Throws a
   * `CallError` if the call was not granted, was malformed, or got no answer.
   * @param {import("./openstack/request.js").Request} request
   */
  call(request) {
    return this.#host.call(request);
  }

  /**
   * One `GET`: `cx.get("compute", "/flavors/detail", { microversion: "2.61" })`. As `call`.
   * @param {string} service
   * @param {string} path
   * @param {import("./openstack/request.js").Options} [options]
   */
  get(service, path, options) {
    return this.call(get(service, path, options));
  }

  /**
   * A list to its end, page by page: `cx.getAll("compute", "/flavors/detail", "flavors", { id: String })`. Throws if
   * a page cannot be had, is not what the API promises, or leads back to itself.
   * @param {string} service
   * @param {string} path
   * @param {string} collection the name of the list in the answer
   * @param {unknown} [shape] of one item; without it, items are as the service says them
   * @param {import("./openstack/request.js").Options} [options]
   */
  getAll(service, path, collection, shape, options) {
    return getAll(this, get(service, path, options), collection, shape);
  }

  /**
   * Makes many API calls concurrently; the answers are in the order of the requests. What got no answer is a
   * `CallError` in its place, whose `expect` throws it.
   * @param {readonly import("./openstack/request.js").Request[]} requests
   */
  callAll(requests) {
    return requests.length === 0 ? [] : this.#host.callAll(requests);
  }

  /**
   * Creates something that the host removes again when the check is over, however it ends. `expect` of what is
   * returned gives the id, or throws what the service answered. From then on the reads of this check are fresh.
   * @param {import("./openstack/request.js").Creation} creation see `creation` of `touchstone-sdk/openstack`
   */
  create(creation) {
    return this.#host.create(creation);
  }

  /**
   * One `GET` without credentials, at the root of the host of a service's endpoint. Needs a grant like
   * `object-store PROBE /`. Throws as `call`.
   * @param {string} service
   * @param {string} path
   */
  probe(service, path) {
    return this.#host.probe(service, path);
  }

  /**
   * Waits. See `wait` of `touchstone-sdk/openstack` for waiting until something is so.
   * @param {number} milliseconds
   */
  pause(milliseconds) {
    let left = Math.ceil(milliseconds);
    if (!(left >= 0 && left <= Number.MAX_SAFE_INTEGER)) throw new RangeError("a pause has a number of milliseconds");
    while (left > 0) {
      const now = Math.min(left, LONGEST_PAUSE);
      this.#host.pause(now);
      left -= now;
    }
  }

  /** The subject's service catalog, with the endpoints in the region of the run. */
  catalog() {
    return strict(this.#host.catalog(), "the catalog");
  }

  /** The user as whom the host calls the subject. */
  identity() {
    return strict(this.#host.identity(), "the identity");
  }

  /**
   * The value of a parameter, or `null` if the scope version gives none.
   * @param {string} name
   * @returns {string | null}
   */
  parameter(name) {
    return this.#host.parameter(this.#declared("parameters", name));
  }

  /**
   * The value of a parameter without which the check cannot work. Throws if the scope version gives none.
   * @param {string} name
   * @returns {string}
   */
  requiredParameter(name) {
    const value = this.parameter(name);
    if (value === null) throw new CheckError(`the scope version gives no value for the parameter \`${name}\``);
    return value;
  }

  /**
   * An input that the manifest pins by hash. Throws if the manifest gives none.
   * @param {string} name
   * @returns {Uint8Array}
   */
  asset(name) {
    const content = this.#host.asset(this.#declared("assets", name));
    if (content === null) throw new CheckError(`the scope version gives no asset \`${name}\``);
    return content;
  }

  /**
   * What whoever runs the check handed in under that name, or `null`.
   * @param {string} name
   * @returns {Uint8Array | null}
   */
  evidence(name) {
    return this.#host.evidence(name);
  }

  /** The testcases that are to be judged in this run. */
  testcases() {
    return this.#host.testcases();
  }

  /** Now, in seconds since 1970-01-01T00:00:00Z; the same for all checks of a run. `Date` tells the same time. */
  referenceTime() {
    return this.#host.referenceTime();
  }

  /** What the names of created resources begin with. */
  prefix() {
    return this.#host.prefix();
  }

  /**
   * Writes a line to the host's log. `console.log` and the like do it, too.
   * @param {"debug" | "info" | "warning"} level
   * @param {string} message
   */
  log(level, message) {
    this.#host.log(level, message);
  }

  #declared(list, name) {
    if (!this.#check[list].some((item) => item.name === name)) {
      throw new TypeError(`the check declares no \`${name}\` among its ${list}`);
    }
    return name;
  }
}

/** One testcase while it is being judged. */
export class Testee {
  #findings = [];
  #summary = null;
  #closed = false;

  /**
   * Notes something that violates the standard: the testcase will be FAIL.
   * @param {string} message
   */
  violation(message) {
    return this.#add("error", message);
  }

  /**
   * Notes something that the standard discourages, or that looks wrong. Has no influence on the verdict.
   * @param {string} message
   */
  warning(message) {
    return this.#add("warning", message);
  }

  /**
   * Notes something worth knowing. Has no influence on the verdict.
   * @param {string} message
   */
  info(message) {
    return this.#add("info", message);
  }

  /**
   * The reason to give with the verdict, in one sentence; otherwise the first violation is the reason.
   * @param {string} summary
   */
  summarize(summary) {
    this.#summary = String(summary);
  }

  /** Not for checks. */
  close() {
    this.#closed = true;
    return { findings: this.#findings, summary: this.#summary };
  }

  #add(severity, message) {
    if (this.#closed) throw new TypeError("the testcase is judged already: nothing can be added to it");
    const finding = new Finding(severity, message);
    this.#findings.push(finding);
    return finding;
  }
}

/**
 * Throws if a function is still at work when it returns: what it will find out would be lost, and the testcase
 * passed.
 * @param {unknown} returned
 * @param {string} what
 */
export function mustBeDone(returned, what) {
  if (typeof (/** @type {any} */ (returned)?.then) === "function") {
    throw new TypeError(`${what} must not be asynchronous (\`async\`, a promise): all of the SDK is synchronous`);
  }
}

/**
 * Tells the host of what a check threw that is no `CheckError`, and so is a mistake of the check and no matter of the
 * cloud.
 * @param {{ blame(thrown: unknown): void }} host
 * @param {unknown} thrown
 */
export function blame(host, thrown) {
  if (!(thrown instanceof CheckError)) host.blame(thrown);
}
