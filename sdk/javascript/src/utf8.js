import { CheckError } from "./error.js";

// Neither TextEncoder nor TextDecoder: the engine in components has none, and a check must see the same everywhere.

const CHUNK = 8192;

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export function encode(text) {
  const binary = unescape(encodeURIComponent(text));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * Throws if it is not UTF-8.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decode(bytes) {
  const binary = latin1(bytes);
  if (isAscii(binary)) return binary;
  try {
    return decodeURIComponent(escape(binary));
  } catch {
    throw new CheckError("it is not UTF-8");
  }
}

/**
 * Bytes that are not UTF-8 become U+FFFD.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decodeLossy(bytes) {
  try {
    return decode(bytes);
  } catch {
    return latin1(bytes).replace(/[\x80-\xff]+/g, (run) => {
      try {
        return decodeURIComponent(escape(run));
      } catch {
        return "\ufffd".repeat(run.length);
      }
    });
  }
}

function latin1(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode.apply(null, bytes.subarray(i, i + CHUNK));
  }
  return binary;
}

function isAscii(text) {
  return !/[\x80-\xff]/.test(text);
}
