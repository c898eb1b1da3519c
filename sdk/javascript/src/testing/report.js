const BADNESS = { pass: 0, dnf: 1, fail: 2 };

/** What a check said, and what it did. */
export class Report {
  constructor(wanted) {
    /** The testcases that were asked for. @type {string[]} */
    this.wanted = wanted;
    /**
     * Outcomes in the order in which they were said.
     * @type {{ testcase: string, verdict: "pass" | "dnf" | "fail", reason: string }[]}
     */
    this.outcomes = [];
    /**
     * Findings in the order in which they were said.
     * @type {{ testcase: string, finding: import("../finding.js").Finding }[]}
     */
    this.allFindings = [];
    /** Lines of the log, e.g. `info: 7 flavors`. @type {string[]} */
    this.log = [];
    /** What the check threw, for people, or `null`. @type {string | null} */
    this.error = null;
    /** The calls that it made, in order, e.g. `GET compute /flavors?limit=1`; probes begin with `PROBE`. @type {string[]} */
    this.calls = [];
    /** What it created, each as `SERVICE PATH NAME`, with the name as far as it follows the prefix. @type {string[]} */
    this.created = [];
    /** How long it waited in all, in milliseconds. */
    this.paused = 0;
  }

  /**
   * The verdict on a testcase as a host would record it: the worst that was said (`pass`, `dnf`, `fail`); `dnf` if
   * nothing was said and the check threw something; `miss` if it ended well without a word on it.
   * @param {string} testcase
   * @returns {"pass" | "dnf" | "fail" | "miss"}
   */
  verdict(testcase) {
    const said = this.outcomes.filter((outcome) => outcome.testcase === testcase).map(({ verdict }) => verdict);
    if (said.length === 0) return this.error === null ? "miss" : "dnf";
    return said.reduce((worst, verdict) => (BADNESS[verdict] > BADNESS[worst] ? verdict : worst));
  }

  /**
   * The reason given with the last outcome of a testcase, or what the check threw.
   * @param {string} testcase
   */
  reason(testcase) {
    return this.outcomes.findLast((outcome) => outcome.testcase === testcase)?.reason ?? this.error ?? "";
  }

  /**
   * The findings on a testcase.
   * @param {string} testcase
   * @returns {import("../finding.js").Finding[]}
   */
  findings(testcase) {
    return this.allFindings.filter((said) => said.testcase === testcase).map(({ finding }) => finding);
  }
}
