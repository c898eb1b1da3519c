// The language of grants, as the host reads it (host/grants): which API calls a check may make.

import { officialType } from "../openstack/service-types.js";
import { decode } from "../utf8.js";

/** Something that is not a grant, a path or a service type, and why. */
export class PathProblem extends Error {}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const MAX_PATH = 2048;

/**
 * The type of a service under its official name, as a grant or a request writes it.
 * @param {string} text
 */
export function serviceType(text) {
  if (!/^[a-z0-9-]{1,64}$/.test(text)) {
    throw new PathProblem(`${JSON.stringify(text)} is not a service type (lower-case letters, digits, \`-\`)`);
  }
  return officialType(text);
}

/**
 * The segments of a path below an endpoint, in one spelling; none for `/`.
 * @param {string} text
 */
export function path(text) {
  return text === "/" ? [] : segments(text).map(normalised);
}

/** The permission to make some calls to one service: `SERVICE METHOD PATTERN[#ACTION] [max N[, M GiB]]`. */
export class Grant {
  /** @param {string} text */
  static parse(text) {
    const [service, word, target, ...budget] = text.split(/[ \t]+/).filter((part) => part !== "");
    if (target === undefined) {
      throw new PathProblem("a grant has three parts, SERVICE METHOD PATTERN (`compute GET /flavors/**`)");
    }
    const probes = word === "PROBE";
    if (!probes && !METHODS.includes(word)) {
      throw new PathProblem(`${JSON.stringify(word)} is not a method; it is one of ${METHODS.join(", ")}, PROBE`);
    }
    const hash = target.indexOf("#");
    return new Grant({
      service: serviceType(service),
      method: probes ? "GET" : word,
      path: new Pattern(hash < 0 ? target : target.slice(0, hash)),
      action: hash < 0 ? null : target.slice(hash + 1),
      budget: budget.length === 0 ? null : parseBudget(budget),
      probes,
    });
  }

  constructor({ service, method, path, action, budget, probes }) {
    this.service = service;
    this.method = method;
    this.path = path;
    this.action = action;
    this.budget = budget;
    this.kind = this.#kind(probes);
    if (path.isDeep && !["read", "probe"].includes(this.kind)) {
      throw new PathProblem("`**` is for reading only: what is changed or created is named segment by segment");
    }
  }

  /** @returns {"read" | "change" | "create" | "probe"} */
  #kind(probes) {
    const reads = this.method === "GET" || this.method === "HEAD";
    if (this.budget !== null) {
      if (this.method !== "POST" && this.method !== "PUT") throw new PathProblem("only POST and PUT create");
      if (this.action !== null) throw new PathProblem("what creates has no `#`");
      return "create";
    }
    if (this.action !== null) {
      if (reads) throw new PathProblem("only what changes has a body");
      if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(this.action)) {
        throw new PathProblem("`#` is followed by the only member of the body");
      }
    }
    if (probes) return "probe";
    if (reads) return "read";
    if (!this.path.hasWildcard) {
      throw new PathProblem(
        "it neither says how many it creates (`max 2`), nor has a `*` for what the check created itself",
      );
    }
    return "change";
  }

  /** Whether service, method and path of a request are those of the grant. */
  fits({ service, method, path: given }) {
    const methods = this.method === "GET" ? ["GET", "HEAD"] : [this.method];
    return this.service === service && methods.includes(method) && this.path.permits(given);
  }
}

class Pattern {
  constructor(text) {
    const parts = text === "/" ? [] : segments(text);
    const deep = parts.indexOf("**");
    if (deep >= 0 && deep < parts.length - 1) throw new PathProblem("`**` may only be the last segment of a pattern");
    this.isDeep = deep >= 0;
    this.segments = (this.isDeep ? parts.slice(0, -1) : parts).map((part) => {
      if (part === "*") return null;
      if (part.includes("*")) throw new PathProblem("a wildcard is a whole segment: `*` or, at the end, `**`");
      return normalised(part);
    });
  }

  get hasWildcard() {
    return this.segments.includes(null);
  }

  permits(given) {
    if (this.isDeep ? given.length <= this.segments.length : given.length !== this.segments.length) return false;
    return this.segments.every((segment, i) => segment === null || segment === given[i]);
  }

  /** The segments of a path for which the pattern has a `*`. */
  wildcards(given) {
    return given.filter((_, i) => this.segments[i] === null);
  }
}

function parseBudget(words) {
  const found = /^max ([1-9]\d{0,3})(?:, ([1-9]\d{0,3}) GiB)?$/.exec(words.join(" "));
  if (found === null) throw new PathProblem("a budget is written `max 2` or, for what has a size, `max 2, 4 GiB`");
  return { count: Number(found[1]), gib: found[2] === undefined ? null : Number(found[2]) };
}

function segments(text) {
  if (text === "") throw new PathProblem("the path is empty; a path begins with `/`");
  if (text.length > MAX_PATH) throw new PathProblem(`the path is longer than ${MAX_PATH} bytes`);
  if (!text.startsWith("/")) throw new PathProblem("a path begins with `/`; no URLs");
  const parts = text.slice(1).split("/");
  if (parts.includes("")) throw new PathProblem("the path has an empty segment (`//`, or `/` at the end)");
  return parts;
}

/** One segment in its one spelling. */
function normalised(segment) {
  if (segment === "." || segment === "..") {
    throw new PathProblem(`the path has the segment "${segment}"; dot segments are refused`);
  }
  const found = segment.replace(/%.{0,2}/gs, (triplet) => {
    if (!/^%[0-9a-fA-F]{2}$/.test(triplet))
      throw new PathProblem("`%` begins a percent-encoded byte, and here it does not");
    const byte = parseInt(triplet.slice(1), 16);
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte === 0x7f || "./\\%".includes(character)) {
      throw new PathProblem(`${triplet} is refused in a path`);
    }
    return /[\w~-]/.test(character) ? character : triplet.toUpperCase();
  });
  const plain = found.replace(/%[0-9A-F]{2}/g, "");
  const wrong = /[^\w.~!$&'()+,=:-]/u.exec(plain);
  if (wrong !== null) throw new PathProblem(`${JSON.stringify(wrong[0])} cannot be in a path as it is`);
  const bytes = found.replace(/%([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  let text;
  try {
    text = decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    throw new PathProblem("the segment is not UTF-8 when its percent-encoding is undone");
  }
  if (/[\x80-\x9f]/.test(text)) throw new PathProblem("a control character cannot be in a path, encoded or not");
  return found;
}
