import { CheckError } from "../error.js";
import { any } from "../shape.js";

/** In milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;

/**
 * Asks again and again, with growing pauses of 0.5 s to 5 s, until there is an answer that is neither `null` nor
 * `undefined`; `null` if there is none after `seconds`. Time is counted by the pauses, so that it is the same when a
 * run is replayed. What `ask` throws passes at once.
 * @template T
 * @param {import("../context.js").Context} cx
 * @param {number} seconds
 * @param {() => T | null | undefined} ask
 * @returns {T | null}
 */
export function wait(cx, seconds, ask) {
  const limit = seconds * 1_000;
  let waited = 0;
  let pause = FIRST_PAUSE;
  for (;;) {
    const answer = ask();
    if (answer !== null && answer !== undefined) return answer;
    if (!(waited < limit)) return null;
    const now = Math.min(pause, limit - waited);
    cx.pause(now);
    waited += now;
    pause = Math.min(Math.floor(pause / 2) * 3, LONGEST_PAUSE);
  }
}

/**
 * Waits until the text at `pointer` (`/volume/status`) in the answer to a read is one of `wanted`, or is one of those
 * in which it will stay: any that holds `error`, in whatever case. Gives the text with which it ended. Throws if the
 * read fails or answers another status than 200, or if the text is still another one after `seconds`.
 * @param {import("../context.js").Context} cx
 * @param {import("./request.js").Request} request
 * @param {string} pointer
 * @param {readonly string[]} wanted
 * @param {number} seconds
 * @returns {string}
 */
export function waitForStatus(cx, request, pointer, wanted, seconds) {
  let last = "";
  const found = wait(cx, seconds, () => {
    last = textAt(cx.call(request).expect(200, any), pointer, request);
    const isWanted = wanted.some((status) => status.toLowerCase() === last.toLowerCase());
    return isWanted || last.toLowerCase().includes("error") ? last : null;
  });
  if (found !== null) return found;
  throw new CheckError(`${request}: still \`${last}\` after ${seconds} s, not \`${wanted.join("` or `")}\``);
}

function textAt(body, pointer, request) {
  const value = at(body, pointer);
  if (typeof value !== "string") throw new CheckError(`${request}: the answer has no text at ${pointer}`);
  return value;
}

/**
 * What a JSON pointer (RFC 6901) leads to, or `undefined`.
 * @param {any} value
 * @param {string} pointer
 */
export function at(value, pointer) {
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
