/** Why a check, or the judgement of one testcase, could not go on: DNF, with the message as the reason. */
export class CheckError extends Error {
  get name() {
    return "CheckError";
  }
}

/**
 * A call that got no answer. `kind` is one of `denied`, `invalid-request`, `no-such-service`, `unreachable`,
 * `timed-out`, `too-large`, `exhausted`, `cancelled` and `not-on-tape`.
 */
export class CallError extends CheckError {
  /**
   * @param {string} kind
   * @param {string} message for people: service, method, path, and what happened
   */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }

  get name() {
    return "CallError";
  }

  /**
   * Throws itself: the answers of `callAll` can be read without asking first whether they are some.
   * @returns {never}
   */
  expect() {
    throw this;
  }
}

/**
 * What people are told of something that was thrown.
 * @param {unknown} thrown
 * @returns {string}
 */
export function explain(thrown) {
  if (thrown instanceof CheckError) return thrown.message;
  // A mistake of the check itself; its kind says more than its message.
  if (thrown instanceof Error) return `the check has a fault: ${thrown.name}: ${thrown.message}`;
  return typeof thrown === "string" ? thrown : `the check threw ${typeof thrown}, not an Error`;
}
