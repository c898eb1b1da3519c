import { CheckError } from "./error.js";

/** A shape for what may be anything, but must be there. */
export const any = Symbol("any");
/** A shape for whole numbers. */
export const integer = Symbol("integer");

class Optional {
  constructor(shape) {
    this.shape = shape;
  }
}

/**
 * A shape for what may be missing or `null`; it is read as `null` then.
 * @param {unknown} shape
 */
export const optional = (shape) => new Optional(shape);

/**
 * Reads a value as the shape says, and throws if it is none: `String`, `Number`, `integer`, `Boolean`, `any`,
 * `[shape]` for a list, `{ name: shape }` for an object, of which the named members are read and others left out.
 *
 * What comes of it is strict: to read a member that is not there is an exception, and never `undefined`, with which a
 * comparison would be false and a check would pass what it never saw.
 * @param {unknown} value
 * @param {any} shape
 * @param {string} where for messages, e.g. `compute GET /flavors: flavors[7]`
 */
export function read(value, shape, where) {
  const wrong = (what) => new CheckError(`${where} is not what the API promises: it is ${kind(value)}, not ${what}`);
  if (shape instanceof Optional)
    return value === undefined || value === null ? null : read(value, shape.shape, where);
  if (value === undefined) throw new CheckError(`${where} is missing`);
  switch (shape) {
    case any:
      return strict(value, where);
    case String:
      if (typeof value !== "string") throw wrong("a text");
      return value;
    case Number:
      if (typeof value !== "number") throw wrong("a number");
      return value;
    case integer:
      if (!Number.isSafeInteger(value)) throw wrong("a whole number");
      return value;
    case Boolean:
      if (typeof value !== "boolean") throw wrong("true or false");
      return value;
  }
  if (Array.isArray(shape) && shape.length === 1) {
    if (!Array.isArray(value)) throw wrong("a list");
    return strict(
      value.map((item, i) => read(item, shape[0], `${where}[${i}]`)),
      where,
    );
  }
  if (shape === null || typeof shape !== "object" || Array.isArray(shape)) {
    throw new TypeError(
      "a shape is String, Number, integer, Boolean, any, optional(shape), [shape] or { name: shape }",
    );
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw wrong("an object");
  const members = {};
  for (const [name, inner] of Object.entries(shape)) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    members[name] = read(member, inner, `${where}${where.endsWith(":") ? " " : "."}${name}`);
  }
  return strict(members, where);
}

function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  const kinds = { string: "a text", number: "a number", boolean: "true or false", object: "an object" };
  return kinds[typeof value] ?? typeof value;
}

/** What JavaScript itself asks objects for. */
const ASKED = new Set(["toJSON", "then"]);
/** So that one object has one strict form. */
const known = new WeakMap();

/**
 * An object that throws where a member is read that it does not have; `in`, `Object.hasOwn` and the like tell before.
 * @template T
 * @param {T} value
 * @param {string} where for messages
 * @returns {T}
 */
export function strict(value, where) {
  if (value === null || typeof value !== "object" || value instanceof Map || ArrayBuffer.isView(value)) return value;
  const made = known.get(value);
  if (made !== undefined) return made;
  const proxy = new Proxy(value, {
    get(target, name) {
      if (typeof name === "string" && !(name in target) && !ASKED.has(name)) {
        throw new CheckError(`${where} has no ${isIndex(name) ? `[${name}]` : `\`${name}\``}`);
      }
      const member = Reflect.get(target, name);
      if (typeof name !== "string") return member;
      return strict(member, isIndex(name) ? `${where}[${name}]` : `${where}.${name}`);
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
  });
  known.set(value, proxy);
  // What is strict already is not made strict again.
  known.set(proxy, proxy);
  return proxy;
}

const isIndex = (name) => /^\d+$/.test(name);

/** @returns {never} */
function refuse() {
  throw new TypeError("what a cloud answered cannot be changed; make a copy: `[...list]`, `{ ...object }`");
}
