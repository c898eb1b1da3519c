//! The native test harness: a check's function under plain `cargo test`, against scripted answers.
//!
//! ```
//! use serde_json::json;
//! use touchstone_sdk::{Check, Context, Error, Testcase, Verdict, openstack, testing::Cloud};
//! # const CHECK: Check = Check { id: "example", version: "1.0.0", title: "", url: "",
//! #     testcases: &[Testcase { id: "example-vcpus", title: "" }], grants: openstack::FLAVOR_GRANTS,
//! #     parameters: &[], assets: &[], run };
//! # fn run(cx: &mut Context) -> Result<(), Error> {
//! #     let flavors = openstack::flavors(cx)?;
//! #     cx.judge("example-vcpus", |t| {
//! #         for flavor in flavors.iter().filter(|f| f.vcpus == 0) { t.violation("no vCPU").about(flavor); }
//! #         Ok(())
//! #     });
//! #     Ok(())
//! # }
//!
//! let cloud = Cloud::new().get("compute", "/flavors/detail", json!({"flavors": [
//!     {"id": "1", "name": "tiny", "vcpus": 0, "ram": 512, "disk": 0, "extra_specs": {}},
//! ]}));
//! let report = cloud.run(&CHECK);
//! assert_eq!(report.verdict("example-vcpus"), Some(Verdict::Fail));
//! assert_eq!(report.findings("example-vcpus")[0].message, "no vCPU");
//! ```
//!
//! The harness holds a check to its word: a call that the check's own [`grants`](crate::Check::grants) do not cover is
//! denied, so is a change of something that it did not create itself; an outcome for a testcase that the check does not
//! list is a panic, and a call for which nothing was scripted is answered 404, as by a cloud that lacks it. Pauses take no
//! time; a check that waits for more than two hours in all panics.
//!
//! # Tapes
//!
//! What a real cloud answers is better recorded than written down. Once, with access to the cloud:
//!
//! ```sh
//! touchstone run my-scope.yaml --store components --cloud mycloud --record src/tests/mycloud.tape
//! ```
//!
//! From then on, without it:
//!
//! ```no_run
//! # const CHECK: touchstone_sdk::Check = touchstone_sdk::Check { id: "example", version: "1.0.0", title: "", url: "",
//! #     testcases: &[], grants: &[], parameters: &[], assets: &[], run: |_| Ok(()) };
//! use serde_json::json;
//! use touchstone_sdk::{Verdict, testing::Cloud};
//!
//! let cloud = || Cloud::from_tape("src/tests/mycloud.tape", CHECK.id);
//! let report = cloud().run(&CHECK);
//! assert_eq!(report.verdict("example-vcpus"), Some(Verdict::Pass));
//!
//! // The same cloud without flavors: what is scripted replaces what is on the tape.
//! let report = cloud().get("compute", "/flavors/detail", json!({"flavors": []})).run(&CHECK);
//! assert_eq!(report.verdict("example-vcpus"), Some(Verdict::Fail));
//! assert!(report.not_on_tape.is_empty());
//! ```
//!
//! A call that is not on the tape is an error, never a guess: see [`Cloud::from_tape`]. Before a tape goes into a
//! repository: `touchstone tape show` lists what is on it, `touchstone tape redact` takes things out.

pub(crate) mod cloud;
pub(crate) mod tape;

pub use cloud::{Call, Cloud};

use std::time::Duration;

use crate::{Error, Finding, Verdict};

/// What a check said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Outcomes in the order in which they were said.
    pub outcomes: Vec<(String, Verdict, String)>,
    /// Findings in the order in which they were said.
    pub findings: Vec<(String, Finding)>,
    /// Lines of the log.
    pub log: Vec<String>,
    /// The error with which the check ended, if any.
    pub error: Option<Error>,
    /// The calls that it made, in order.
    pub calls: Vec<Call>,
    /// Those of them that the tape does not hold. None without a tape.
    pub not_on_tape: Vec<Call>,
    /// What it created, each as `SERVICE PATH NAME`, with the name as far as it follows the prefix.
    pub created: Vec<String>,
    /// How long it waited in all.
    pub paused: Duration,
    /// The testcases that were asked for.
    pub wanted: Vec<String>,
}

impl Report {
    /// The verdict on a testcase as a host would record it: the worst that was said; DNF if nothing was said and the
    /// check ended with an error; `None` (MISS) if it ended well without a word on it.
    pub fn verdict(&self, testcase: &str) -> Option<Verdict> {
        let badness = |verdict: &Verdict| match verdict {
            Verdict::Pass => 0,
            Verdict::Dnf => 1,
            Verdict::Fail => 2,
        };
        let said = self.outcomes.iter().filter(|(id, ..)| id == testcase).map(|&(_, verdict, _)| verdict);
        said.max_by_key(badness).or_else(|| self.error.as_ref().map(|_| Verdict::Dnf))
    }

    /// The reason given with the last outcome of a testcase, or the error with which the check ended.
    pub fn reason(&self, testcase: &str) -> String {
        let said =
            self.outcomes.iter().rev().find(|(id, ..)| id == testcase).map(|(.., reason)| reason.clone());
        said.or_else(|| self.error.as_ref().map(Error::to_string)).unwrap_or_default()
    }

    /// The findings on a testcase.
    pub fn findings(&self, testcase: &str) -> Vec<&Finding> {
        self.findings.iter().filter(|(id, _)| id == testcase).map(|(_, finding)| finding).collect()
    }
}
