/**
 * The native test harness: a check's function under plain `node --test`, against scripted answers.
 *
 * ```js
 * import assert from "node:assert/strict";
 * import { test } from "node:test";
 * import { Cloud } from "touchstone-sdk/testing";
 * import { CHECK } from "./check.js";
 *
 * test("a flavor without vCPU fails", () => {
 *   const flavor = { id: "1", name: "tiny", vcpus: 0, ram: 512, disk: 0, extra_specs: {} };
 *   const report = new Cloud().get("compute", "/flavors/detail", { flavors: [flavor] }).run(CHECK);
 *   assert.equal(report.verdict("example-vcpus"), "fail");
 *   assert.equal(report.findings("example-vcpus")[0].message, "no vCPU");
 * });
 * ```
 *
 * The harness holds a check to its word: a call that the check's own `grants` do not cover is denied, so is a change
 * of something that it did not create itself; to speak of a testcase that the check does not list is an exception,
 * and a call for which nothing was scripted is answered 404, as by a cloud that lacks it. Pauses take no time; a
 * check that waits for more than two hours in all fails the test. While the check runs, `Date` tells the reference
 * time, `console` writes to the report's log, and there are neither chance nor timers, nor anything else that the
 * engine in components lacks (`URL`, `TextDecoder`, `Intl`, `process`): what a test passes works there, too.
 */
export { Cloud } from "./testing/cloud.js";
export { Report } from "./testing/report.js";
