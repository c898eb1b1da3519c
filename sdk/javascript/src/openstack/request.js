import { CheckError } from "../error.js";
import { any, read } from "../shape.js";
import { decode, decodeLossy, encode } from "../utf8.js";

/**
 * @typedef {"get" | "head" | "post" | "put" | "patch" | "delete"} Method
 *
 * @typedef {object} Options
 * @property {Record<string, string | number> | [string, string][]} [query] names and values, unencoded
 * @property {string} [microversion] the one to ask for, e.g. `2.61`
 * @property {Record<string, string>} [headers] `accept` and `content-type` may be set
 *
 * @typedef {object} Creation how to create something, and how to get rid of it again
 * @property {Request} request a POST or PUT; the `name` in its body must begin with `cx.prefix()`
 * @property {string} idPointer JSON pointer to the id in the answer: `/volume/id`, `/id`, or `/secret_ref`, a URL that
 *   ends with the id
 * @property {Request} undo the request that removes it; `{id}` in its path stands for the id
 */

/** A request to a service of the subject: never a URL, never a token. It is not sent before `cx.call`. */
export class Request {
  /**
   * @param {Method} method
   * @param {string} service service type, e.g. `compute`
   * @param {string} path below the service's versioned endpoint, e.g. `/flavors/detail`
   * @param {Options & { body?: unknown }} [options] `body` is bytes, or anything that becomes JSON
   */
  constructor(method, service, path, { query = {}, microversion, headers = {}, body } = {}) {
    this.method = method;
    this.service = service;
    this.path = path;
    const pairs = Array.isArray(query) ? query : Object.entries(query);
    /** @type {[string, string][]} */
    this.query = pairs.map(([name, value]) => [name, String(value)]);
    this.microversion = microversion ?? null;
    /** @type {[string, string][]} */
    this.headers = Object.entries(headers);
    /** @type {Uint8Array | null} */
    this.body = null;
    if (body instanceof Uint8Array) {
      this.body = body;
    } else if (body !== undefined) {
      this.body = encode(JSON.stringify(body));
      if (!this.headers.some(([name]) => name.toLowerCase() === "content-type")) {
        this.headers.push(["content-type", "application/json"]);
      }
    }
    Object.freeze(this);
  }

  /** The same request with another query. */
  withQuery(query) {
    const { method, service, path, microversion, body } = this;
    const headers = Object.fromEntries(this.headers);
    return new Request(method, service, path, {
      query,
      headers,
      microversion: microversion ?? undefined,
      body: body ?? undefined,
    });
  }

  /** As messages name it: `compute GET /flavors/detail`. */
  toString() {
    return `${this.service} ${this.method.toUpperCase()} ${this.path}`;
  }
}

/** @type {(service: string, path: string, options?: Options) => Request} */
export const get = (service, path, options) => new Request("get", service, path, options);
/** @type {(service: string, path: string, options?: Options) => Request} */
export const head = (service, path, options) => new Request("head", service, path, options);
/** @type {(service: string, path: string, body: unknown, options?: Options) => Request} */
export const post = (service, path, body, options) => new Request("post", service, path, { ...options, body });
/** @type {(service: string, path: string, body: unknown, options?: Options) => Request} */
export const put = (service, path, body, options) => new Request("put", service, path, { ...options, body });
/** @type {(service: string, path: string, body: unknown, options?: Options) => Request} */
export const patch = (service, path, body, options) => new Request("patch", service, path, { ...options, body });
/** @type {(service: string, path: string, options?: Options) => Request} */
export const remove = (service, path, options) => new Request("delete", service, path, options);

/** What a service answered. */
export class Response {
  /**
   * @param {{ toString(): string }} request
   * @param {number} status whatever it is
   * @param {[string, string][]} headers names in lower case
   * @param {Uint8Array} body
   */
  constructor(request, status, headers, body) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.body = body;
    Object.freeze(this);
  }

  /**
   * The body as JSON of the expected shape, if the status is `status`; otherwise it throws, naming the request and
   * what came instead: `cx.get("compute", "/flavors").expect(200, { flavors: [{ id: String }] })`.
   *
   * Without a shape, it is the JSON as it is, but strict: to read a member that is not there throws.
   * @param {number} status
   * @param {any} [shape] see `shape.js`
   * @returns {any}
   */
  expect(status, shape = any) {
    if (this.status !== status) throw this.unexpected();
    let body;
    try {
      body = JSON.parse(decode(this.body));
    } catch (thrown) {
      throw new CheckError(`${this.request}: answered ${status}, but the body is not JSON: ${thrown.message}`);
    }
    return read(body, shape, `${this.request}:`);
  }

  /** The body as text; bytes that are not UTF-8 become U+FFFD. */
  text() {
    return decodeLossy(this.body);
  }

  /**
   * The value of a header, or `null`.
   * @param {string} name in lower case
   */
  header(name) {
    return this.headers.find(([found]) => found === name)?.[1] ?? null;
  }

  /** The exception to throw if the status is not one that the check can use. */
  unexpected() {
    const text = explanation(this.body);
    return new CheckError(`${this.request}: answered ${this.status}${text === null ? "" : `: ${text}`}`);
  }
}

/** The message in an OpenStack error body: `{"forbidden": {"message": "…"}}` or `{"error": {"message": "…"}}`. */
function explanation(bytes) {
  try {
    const body = JSON.parse(decode(bytes));
    const text = Object.values(body).find((inner) => typeof inner?.message === "string")?.message;
    return text === undefined ? null : [...text].slice(0, 200).join("");
  } catch {
    return null;
  }
}

/** What came of a creation. */
export class Created {
  /**
   * @param {string} id empty if the service answered with another status than 2xx
   * @param {Response} response
   */
  constructor(id, response) {
    this.id = id;
    this.response = response;
    Object.freeze(this);
  }

  /** The id, if something was created; throws what the service answered if it was not. */
  expect() {
    if (this.id === "") throw this.response.unexpected();
    return this.id;
  }
}

/**
 * A `POST` of `{kind: body}` to `path`, whose answer has the id in `/kind/id`, and which `DELETE path/{id}` undoes:
 * as nova, cinder and neutron have it.
 * @param {string} service
 * @param {string} path
 * @param {string} kind
 * @param {object} body
 * @returns {Creation}
 */
export function creation(service, path, kind, body) {
  return {
    request: post(service, path, { [kind]: body }),
    idPointer: `/${kind}/id`,
    undo: remove(service, `${path}/{id}`),
  };
}

/**
 * An id as one segment of a path; nova allows spaces and other characters in the ids of flavors.
 * @param {string} id
 */
export function segment(id) {
  return encodeURIComponent(id).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
