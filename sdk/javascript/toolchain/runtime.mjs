// The JavaScript engine (QuickJS) that goes into components, without a clock and without chance.
//
// componentize-qjs runs a check's modules once when it builds, and keeps the memory that results (Wizer). The engine
// asks for the time and for random numbers then, to seed `Math.random` and its hash tables, so that no two builds
// would have the same bytes. Here the three functions by which it asks become constants of its own. A component so
// has fewer imports, the same bytes wherever and whenever it is built, and no way to tell the time but the
// contract's.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The engine of componentize-qjs 0.4.5 for Linux, synchronous and optimised for size. */
const ENGINE = "51bced91769e0a3cb8bc288d230675b03fca8f97b42723b9f9f1702e6903b6f7";

/** What the engine imports, and the body of the function that takes its place: of no locals. */
const CONSTANT = {
  // (result: pointer): two u64.
  "wasi:random/insecure-seed insecure-seed": [...storeI64(0, 1), ...storeI64(8, 2)],
  // (result: pointer): seconds as u64, nanoseconds as u32.
  "wasi:clocks/wall-clock now": [...storeI64(0, 0), ...storeI32(8, 0)],
  // (): u64.
  "wasi:clocks/monotonic-clock now": [0x42, 0],
};

const MAGIC = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const [CUSTOM, IMPORT, FUNCTION, EXPORT, CODE] = [0, 2, 3, 7, 10];
const [KIND_FUNCTION, KIND_TABLE, KIND_MEMORY, KIND_GLOBAL] = [0, 1, 2, 3];

/**
 * The engine, as components are built with it.
 * @param {string} modules the folder `node_modules` in which componentize-qjs is
 * @returns {Buffer}
 */
export function runtime(modules) {
  return withoutSurroundings(engine(modules));
}

/** componentize-qjs carries the engine within the library for this machine, and has no way to hand it out. */
function engine(modules) {
  const folder = join(modules, "@andreiltd");
  const packages = readdirSync(folder).filter((name) => name.startsWith("componentize-qjs-binding-"));
  for (const name of packages) {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith(".node"));
    for (const file of files) {
      const found = embedded(readFileSync(join(folder, name, file)));
      if (found !== null) return found;
    }
  }
  throw new Error(
    `${folder}: none of ${packages.join(", ") || "no packages"} carries the engine sha256:${ENGINE}. Those for Linux on x64 ` +
      "and arm64 (glibc) do; build there, or in a container",
  );
}

function embedded(library) {
  for (let at = library.indexOf(MAGIC); at >= 0; at = library.indexOf(MAGIC, at + 1)) {
    for (const end of ends(library, at)) {
      const module = library.subarray(at, end);
      if (createHash("sha256").update(module).digest("hex") === ENGINE) return module;
    }
  }
  return null;
}

/** Where a module that begins at `at` may end: behind what still is a section. Large ones only. */
function* ends(bytes, at) {
  for (let next = at + MAGIC.length; next < bytes.length;) {
    const id = bytes[next];
    if (id > 13) return;
    const [size, data] = readNumber(bytes, next + 1);
    next = data + size;
    if (next > bytes.length) return;
    if (id === CUSTOM && next - at > 500_000) yield next;
  }
}

function withoutSurroundings(module) {
  const sections = split(module);
  const section = (id) => sections.find((found) => found.id === id);
  const { data, replaced, functions } = imports(section(IMPORT).data);
  section(IMPORT).data = data;
  const missing = Object.keys(CONSTANT).filter((name) => !replaced.some((found) => found.name === name));
  if (missing.length > 0) throw new Error(`the engine does not import ${missing.join(", ")}`);
  const first = functions + count(section(FUNCTION).data);
  append(
    section(FUNCTION),
    replaced.map(({ type }) => number(type)),
  );
  append(
    section(CODE),
    replaced.map(({ name }) => body(CONSTANT[name])),
  );
  // A shared library may import what it exports itself.
  append(
    section(EXPORT),
    replaced.map(({ symbol }, i) => [...text(symbol), KIND_FUNCTION, ...number(first + i)]),
  );
  const written = sections.flatMap(({ id, data: content }) => [
    Buffer.from([id, ...number(content.length)]),
    content,
  ]);
  return Buffer.concat([MAGIC, ...written]);
}

/** The section of imports, in which what is to be constant is imported from the library itself. */
function imports(section) {
  const replaced = [];
  const parts = [];
  let functions = 0;
  const total = count(section);
  let [, at] = readNumber(section, 0);
  parts.push(number(total));
  for (let i = 0; i < total; i += 1) {
    const start = at;
    let module;
    let name;
    [module, at] = readText(section, at);
    [name, at] = readText(section, at);
    const described = at;
    const kind = section[at];
    let type;
    [type, at] = readDescription(section, at);
    if (kind === KIND_FUNCTION) functions += 1;
    const full = `${module.replace(/@.*$/, "")} ${name}`;
    if (Object.hasOwn(CONSTANT, full)) {
      const symbol = `touchstone:${full}`;
      replaced.push({ name: full, symbol, type });
      parts.push([...text("env"), ...text(symbol)], section.subarray(described, at));
    } else {
      parts.push(section.subarray(start, at));
    }
  }
  return { data: Buffer.concat(parts.map((part) => Buffer.from(part))), replaced, functions };
}

function readDescription(bytes, at) {
  const kind = bytes[at];
  if (kind === KIND_FUNCTION) return readNumber(bytes, at + 1);
  if (kind === KIND_TABLE) return [null, readLimits(bytes, at + 2)];
  if (kind === KIND_MEMORY) return [null, readLimits(bytes, at + 1)];
  if (kind === KIND_GLOBAL) return [null, at + 3];
  throw new Error(`the engine imports something of kind ${kind}`);
}

function readLimits(bytes, at) {
  const bounded = bytes[at] & 1;
  let [, next] = readNumber(bytes, at + 1);
  if (bounded) [, next] = readNumber(bytes, next);
  return next;
}

function split(module) {
  const sections = [];
  for (let at = MAGIC.length; at < module.length;) {
    const [size, data] = readNumber(module, at + 1);
    sections.push({ id: module[at], data: module.subarray(data, data + size) });
    at = data + size;
  }
  return sections;
}

function append(section, items) {
  const [total, at] = readNumber(section.data, 0);
  const added = items.map((item) => Buffer.from(item));
  section.data = Buffer.concat([Buffer.from(number(total + items.length)), section.data.subarray(at), ...added]);
}

function count(section) {
  return readNumber(section, 0)[0];
}

function body(instructions) {
  const code = [0, ...instructions, 0x0b];
  return [...number(code.length), ...code];
}

function storeI64(offset, value) {
  return [0x20, 0, 0x42, value, 0x37, 3, offset];
}

function storeI32(offset, value) {
  return [0x20, 0, 0x41, value, 0x36, 2, offset];
}

function text(value) {
  const bytes = Buffer.from(value);
  return [...number(bytes.length), ...bytes];
}

function readText(bytes, at) {
  const [length, data] = readNumber(bytes, at);
  return [bytes.subarray(data, data + length).toString(), data + length];
}

/** LEB128, unsigned. */
function number(value) {
  const bytes = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 0x7f) | (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7, at += 1) {
    value += (bytes[at] & 0x7f) * 2 ** shift;
    if (bytes[at] < 0x80) return [value, at + 1];
  }
  return [Infinity, at];
}
