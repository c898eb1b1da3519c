import { CallError } from "../error.js";
import { Created, get } from "../openstack/request.js";
import { at } from "../openstack/waiting.js";
import { decode } from "../utf8.js";
import { next } from "./cloud.js";
import { Grant, PathProblem, path, serviceType } from "./grants.js";

/** In milliseconds. */
const LONGEST_WAIT = 2 * 60 * 60 * 1_000;
/** While a check runs, it is hidden. */
const clone = structuredClone;
/** Stands for the id of what is about to be created. */
const UNDONE = "0";

/** The host as a check under test sees it. */
export class Host {
  #cloud;
  #check;
  #report;
  #answers;
  #grants;
  /** Ids of what the check created. */
  #own = new Set();
  /** What the check threw that is a mistake of its own. @type {{ thrown: unknown } | null} */
  fault = null;

  constructor(cloud, check, report, answers) {
    this.#cloud = cloud;
    this.#check = check;
    this.#report = report;
    this.#answers = answers;
    this.#grants = check.grants.map((text) => {
      try {
        return { grant: Grant.parse(text), paid: 0 };
      } catch (thrown) {
        throw new Error(`${check.id}: grant \`${text}\`: ${thrown.message}`);
      }
    });
  }

  outcome(testcase, verdict, reason) {
    this.#report.outcomes.push({ testcase, verdict, reason });
  }

  finding(testcase, finding) {
    this.#report.allFindings.push({ testcase, finding });
  }

  blame(thrown) {
    this.fault ??= { thrown };
  }

  log(level, message) {
    this.#report.log.push(`${level}: ${message}`);
  }

  call(request) {
    const parsed = parse(request);
    if (!this.#isGranted(parsed, request)) {
      throw refused("denied", request, "not among the grants that the check asks for");
    }
    return this.#send(request);
  }

  callAll(requests) {
    return requests.map((request) => {
      try {
        return this.call(request);
      } catch (thrown) {
        if (thrown instanceof CallError) return thrown;
        throw thrown;
      }
    });
  }

  create({ request, idPointer, undo }) {
    this.#pay(parse(request), request);
    this.#checkUndo(undo);
    const belowOwn = request.path.split("/").some((segment) => this.#own.has(segment));
    const name = nameIn(request);
    if (name !== null ? !name.startsWith(this.#cloud.prefix) : !belowOwn) {
      throw refused("denied", request, "the name does not begin with the prefix");
    }
    const rest = name === null ? "" : ` ${name.slice(this.#cloud.prefix.length)}`;
    this.#report.created.push(`${request.service} ${request.path}${rest}`);
    const response = this.#send(request);
    if (response.status < 200 || response.status > 299) return new Created("", response);
    const found = at(json(response.body), idPointer);
    const id = typeof found === "string" ? found.split("/").at(-1) : "";
    if (id === "") throw refused("invalid-request", request, "the answer has no id");
    if (!belowOwn) this.#own.add(id);
    return new Created(id, response);
  }

  probe(service, target) {
    const request = get(service, target);
    const parsed = parse(request);
    if (!this.#grants.some(({ grant }) => grant.kind === "probe" && grant.fits(parsed))) {
      throw refused("denied", request, "no PROBE among the grants that the check asks for");
    }
    const line = `PROBE ${service} ${target}`;
    this.#report.calls.push(line);
    return next(this.#answers, request, line);
  }

  catalog() {
    return clone(this.#cloud.services);
  }

  identity() {
    return clone(this.#cloud.caller);
  }

  parameter(name) {
    return this.#cloud.parameters.get(name) ?? null;
  }

  testcases() {
    return [...this.#report.wanted];
  }

  referenceTime() {
    return this.#cloud.seconds;
  }

  prefix() {
    return this.#cloud.prefix;
  }

  pause(milliseconds) {
    this.#report.paused += milliseconds;
    if (this.#report.paused > LONGEST_WAIT) {
      throw new Error(`${this.#check.id}: the check waits for more than two hours`);
    }
  }

  asset(name) {
    return this.#cloud.assets.get(name) ?? null;
  }

  evidence(name) {
    return this.#cloud.handedIn.get(name) ?? null;
  }

  #isGranted(parsed, request) {
    return this.#grants.some(({ grant }) => {
      if (!grant.fits(parsed)) return false;
      if (grant.kind === "read") return true;
      return grant.kind === "change" && this.#ownsWildcards(grant, parsed) && isOnlyMember(request, grant.action);
    });
  }

  #ownsWildcards(grant, parsed) {
    return grant.path.wildcards(parsed.path).every((segment) => segment === UNDONE || this.#own.has(segment));
  }

  /** Takes a creation from the budget of the grant that permits it. */
  #pay(parsed, request) {
    const found = this.#grants.find(
      ({ grant }) => grant.kind === "create" && grant.fits(parsed) && this.#ownsWildcards(grant, parsed),
    );
    if (found === undefined) {
      throw refused("denied", request, "not among the grants with a budget that the check asks for");
    }
    if (found.paid >= found.grant.budget.count) {
      throw refused("exhausted", request, `the grant permits ${found.grant.budget.count} of them`);
    }
    found.paid += 1;
  }

  #checkUndo(undo) {
    const filled = { ...undo, path: undo.path.replaceAll("{id}", UNDONE) };
    const parsed = parse({ ...filled, toString: () => String(undo) });
    if (undo.method === "delete" && undo.path.endsWith("/{id}")) return;
    if (this.#isGranted(parsed, filled)) return;
    throw refused("denied", undo, "neither a DELETE of what was created nor a granted change undoes it");
  }

  #send(request) {
    const query = request.query.map(([name, value]) => `${name}=${value}`).join("&");
    const plain = `${request.method.toUpperCase()} ${request.service} ${request.path}`;
    const full = query === "" ? plain : `${plain}?${query}`;
    this.#report.calls.push(full);
    return next(this.#answers, request, full, plain);
  }
}

/** A request, parsed as the real host does. */
function parse(request) {
  try {
    return {
      service: serviceType(request.service),
      method: request.method.toUpperCase(),
      path: path(request.path),
    };
  } catch (thrown) {
    if (thrown instanceof PathProblem) throw refused("invalid-request", request, thrown.message);
    throw thrown;
  }
}

/** The name in `{"volume": {"name": …}}` or `{"name": …}`. */
function nameIn(request) {
  const body = request.body === null ? null : json(request.body);
  if (body === null || typeof body !== "object") return null;
  const members = Object.values(body);
  const name = (members.length === 1 ? members[0]?.name : undefined) ?? body.name;
  return typeof name === "string" ? name : null;
}

function isOnlyMember(request, action) {
  if (action === null) return true;
  const body = request.body === null ? null : json(request.body);
  return body !== null && typeof body === "object" && Object.keys(body).join("\n") === action;
}

function json(bytes) {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return null;
  }
}

function refused(kind, request, why) {
  return new CallError(kind, `${request}: ${why}`);
}
