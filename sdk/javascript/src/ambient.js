import { CheckError } from "./error.js";

// What a program finds around it: clocks, chance, a console, timers. A verdict must be the same whenever and wherever
// it is computed, so a check finds the reference time and the host's log, and is told of the rest that it is not
// there.

const NONE = {
  setTimeout: "a check is synchronous, and waits with `cx.pause`",
  setInterval: "a check is synchronous, and waits with `cx.pause`",
  setImmediate: "a check is synchronous, and waits with `cx.pause`",
  fetch: "a check asks the cloud with `cx.get` and the like",
};

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warning", error: "warning", trace: "debug" };

/**
 * Puts a check's surroundings in place of those of the engine, and returns a function that undoes it.
 * @param {() => { referenceTime(): number, log(level: string, message: string): void } | null} host `null` while no check
 *   is running
 */
export function surround(host) {
  const before = new Map();
  const replace = (name, value) => {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
  };
  const random = Math.random;
  replace(
    "Date",
    frozenDate(globalThis.Date, () => now(host())),
  );
  Math.random = () => {
    throw new CheckError(
      "Math.random: a check has no randomness; names that differ from run to run begin with `cx.prefix()`",
    );
  };
  const noClock = () => {
    throw new CheckError("performance: a check has no clock; it is limited by the host");
  };
  replace("performance", Object.freeze({ now: noClock }));
  replace("console", consoleOf(host));
  for (const [name, instead] of Object.entries(NONE)) {
    replace(name, () => {
      throw new CheckError(`${name}: ${instead}`);
    });
  }
  return () => {
    Math.random = random;
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) delete globalThis[name];
      else Object.defineProperty(globalThis, name, descriptor);
    }
  };
}

function now(host) {
  if (host === null) throw new CheckError("Date: there is no time before `run`: it is the reference time of the run");
  return host.referenceTime() * 1_000;
}

/** `Date`, with another notion of now. */
function frozenDate(Real, now) {
  return new Proxy(Real, {
    construct: (_, args, made) => Reflect.construct(Real, args.length === 0 ? [now()] : args, made),
    apply: () => new Real(now()).toString(),
    get: (_, name) => (name === "now" ? now : Reflect.get(Real, name)),
  });
}

function consoleOf(host) {
  const write =
    (level) =>
    (...values) =>
      host()?.log(level, values.map(shown).join(" "));
  return Object.fromEntries(Object.entries(LEVELS).map(([name, level]) => [name, write(level)]));
}

function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
