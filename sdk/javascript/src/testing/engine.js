/** The globals of the engine in components (QuickJS in componentize-qjs 0.4.5), with those that the SDK puts there. */
const GLOBALS = new Set(
  `AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DOMException DataView
  Date DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity
  Int16Array Int32Array Int8Array InternalError Iterator JSON Map Math NaN Number Object Promise Proxy RangeError
  ReferenceError Reflect RegExp Set SharedArrayBuffer String SuppressedError Symbol SyntaxError TypeError URIError
  Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet atob btoa console decodeURI
  decodeURIComponent encodeURI encodeURIComponent escape eval fetch globalThis isFinite isNaN parseFloat parseInt
  performance queueMicrotask setImmediate setInterval setTimeout undefined unescape`.split(/\s+/),
);

/**
 * Hides what Node.js has and the engine in components has not (`URL`, `TextDecoder`, `Intl`, `process`, …), so that
 * what a test passes works there, too. Returns a function that undoes it.
 */
export function hideOthers() {
  // All of them are looked at first: Node.js makes some of them with the help of others, when they are first asked
  // for.
  const others = Object.entries(Object.getOwnPropertyDescriptors(globalThis));
  const hidden = others.filter(([name, { configurable }]) => configurable && !GLOBALS.has(name));
  for (const [name] of hidden) delete globalThis[name];
  return () => {
    for (const [name, descriptor] of hidden) Object.defineProperty(globalThis, name, descriptor);
  };
}
