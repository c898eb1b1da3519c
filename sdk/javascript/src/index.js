/**
 * What an author of a check writes against.
 *
 * A check is made by `check`: what it is called, which testcases it judges, which API calls it needs, and a function
 * that does the work. `touchstone check build` makes a WebAssembly component of it; `touchstone-sdk/testing` runs the
 * same function under plain `node --test`, against scripted answers, without WebAssembly and without a cloud.
 *
 * ```js
 * import { check } from "touchstone-sdk";
 * import { FLAVOR_GRANTS, flavors } from "touchstone-sdk/openstack";
 *
 * export const CHECK = check({
 *   id: "example-flavor-descriptions",
 *   version: "1.0.0",
 *   title: "Public flavors have at least one vCPU",
 *   url: "https://example.org/standard",
 *   testcases: [{ id: "example-vcpus", title: "Each flavor has at least one vCPU." }],
 *   grants: FLAVOR_GRANTS,
 *   run(cx) {
 *     const all = flavors(cx);
 *     cx.judge("example-vcpus", (t) => {
 *       for (const flavor of all.filter((f) => f.vcpus === 0)) {
 *         t.violation("no vCPU").about(flavor).requiredBy("example standard, section 1");
 *       }
 *     });
 *   },
 * });
 * ```
 *
 * Three habits keep a check from passing a cloud that it should not pass:
 * - Say PASS only through `cx.judge`, which passes if nothing was found, and never if something was thrown.
 * - Let exceptions pass: a testcase that cannot be judged is DNF, with the exception as its reason.
 * - Read answers with `expect` and a shape. What is missing in an answer is an exception then, and never `undefined`.
 */
export { check } from "./check.js";
export { Context, Testee } from "./context.js";
export { CallError, CheckError } from "./error.js";
export { Finding } from "./finding.js";
export { any, integer, optional } from "./shape.js";
