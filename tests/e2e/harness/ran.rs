use std::sync::OnceLock;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::Value;

use super::repo;

/// What came of a call of the binary.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The report that was asked for with `-o FILE`.
    pub(crate) report_text: Option<String>,
    /// From start to end.
    pub(crate) took: Duration,
    /// The time that it computed, of all cores together, as far as it was seen before it ended.
    pub(crate) computed: Duration,
    /// The most memory that it had resident, in bytes.
    pub(crate) peak_memory: u64,
    /// The command.
    pub(super) shown: String,
}

impl Ran {
    /// It must have ended with this code.
    #[track_caller]
    pub(crate) fn assert_exit(&self, code: i32) {
        assert_eq!(self.code, Some(code), "the exit code of {self}");
    }

    /// Standard error must hold these texts.
    #[track_caller]
    pub(crate) fn assert_complains(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.stderr.contains(text), "standard error does not say {text:?}: {self}");
        }
    }

    /// Nothing that it wrote may hold one of these.
    #[track_caller]
    pub(crate) fn assert_without(&self, secrets: &[String]) {
        let report = self.report_text.as_deref().unwrap_or("");
        for (place, text) in
            [("stdout", self.stdout.as_str()), ("stderr", &self.stderr), ("the report", report)]
        {
            for secret in secrets {
                assert!(!text.contains(secret.as_str()), "{place} holds the secret {secret}");
            }
        }
    }

    #[track_caller]
    pub(super) fn assert_report_fits_schema(&self) {
        if self.report_text.is_some() {
            assert_fits_schema(&self.report());
        }
    }

    /// The report.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let Some(text) = &self.report_text else { panic!("there is no report: {self}") };
        serde_json::from_str(text).expect("the report is JSON")
    }

    /// The verdict on a testcase, and the reason.
    #[track_caller]
    pub(crate) fn result(&self, testcase: &str) -> (String, String) {
        let report = self.report();
        let result = &report["testcases"][testcase];
        assert!(result.is_object(), "there is no result for {testcase}: {self}");
        let text = |key: &str| result[key].as_str().expect("it is in the schema").to_owned();
        (text("verdict"), text("reason"))
    }

    /// The verdict on a testcase must be this one, and the reason must hold this text.
    #[track_caller]
    pub(crate) fn assert_result(&self, testcase: &str, verdict: &str, reason: &str) {
        let (actual, why) = self.result(testcase);
        assert_eq!(actual, verdict, "{testcase}, because: {why}: {self}");
        assert!(why.contains(reason), "{testcase} is {verdict} because of {why:?}, not {reason:?}");
    }

    /// What the report says about a component.
    #[track_caller]
    pub(crate) fn component(&self, digest: &str) -> Value {
        let component = self.report()["components"][digest].clone();
        assert!(component.is_object(), "the report does not know {digest}");
        component
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |text: &str| text.chars().take(8_000).collect::<String>();
        let (stdout, stderr) = (cut(&self.stdout), cut(&self.stderr));
        write!(f, "{}\n--- stdout\n{stdout}\n--- stderr\n{stderr}", self.shown)?;
        if let Some(report) = &self.report_text {
            write!(f, "\n--- report\n{}", cut(report))?;
        }
        Ok(())
    }
}

/// A report must be one of the published schema.
#[track_caller]
pub(crate) fn assert_fits_schema(report: &Value) {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let text =
            std::fs::read(repo().join("docs/schemas/report.schema.json")).expect("the schema is there");
        let schema = serde_json::from_slice(&text).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is one")
    });
    let errors: Vec<String> =
        schema.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "the report does not fit its schema: {errors:#?}");
}
