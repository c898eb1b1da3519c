use std::time::Duration;

use touchstone_sign::PublicKey;

use crate::candidate::Candidate;
use crate::decide::{Case, Rules, decide};
use crate::explanation::Explanation;
use crate::read;
use crate::refusal::{Accepted, Refusal, accepted, refusal};
use crate::verify::{Disregarded, signers};
use touchstone_diagnostics::Diagnostics;

/// How many signatures that do not count are told apart in a refusal; an explanation has them all.
const SHOWN: usize = 8;

/// A trust policy (`trust.yaml`): which components may run, and which may be compiled in the host's own process.
#[derive(Debug)]
pub struct Policy {
    pub(crate) file: String,
    pub(crate) rules: Rules,
    /// All keys of all publishers; `owners` has the place of the publisher of each.
    pub(crate) keys: Vec<PublicKey>,
    pub(crate) owners: Vec<usize>,
    pub(crate) compile: CompileLimits,
    pub(crate) warnings: Option<Diagnostics>,
}

/// What compiling one component that is not trusted may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Wall time. Default: 120 s.
    pub wall: Duration,
    /// Memory of the child process, in bytes. Default: 2 GiB.
    pub memory: u64,
}

impl Default for CompileLimits {
    fn default() -> CompileLimits {
        CompileLimits { wall: Duration::from_secs(120), memory: 2 << 30 }
    }
}

impl Policy {
    /// Reads a policy. `file` is its name, for messages.
    ///
    /// # Errors
    /// All problems with their places, if `text` is not YAML, not of the format, or if something in it has no meaning: a key
    /// that is none, a pattern that no id matches, a list with nothing in it, the same thing twice.
    pub fn parse(file: &str, text: &str) -> Result<Policy, Diagnostics> {
        read::read(file, text)
    }

    /// What is allowed, but most probably not meant, such as a policy that refuses everything.
    pub fn warnings(&self) -> Option<&Diagnostics> {
        self.warnings.as_ref()
    }

    /// What compiling a component that is not trusted may cost.
    pub fn compile_limits(&self) -> CompileLimits {
        self.compile
    }

    /// Whether a component may run. Ask before it is compiled.
    ///
    /// # Errors
    /// The rule by which it may not.
    pub fn decide(&self, candidate: &Candidate<'_>) -> Result<Accepted, Box<Refusal>> {
        self.decide_with(candidate, &signers(candidate, &self.keys))
    }

    /// The same, with all that was considered: for people who wonder.
    pub fn explain(&self, candidate: &Candidate<'_>) -> Explanation {
        let signatures = signers(candidate, &self.keys);
        let decision = self.decide_with(candidate, &signatures);
        Explanation::new(self, candidate, &signatures, decision)
    }

    fn decide_with(
        &self,
        candidate: &Candidate<'_>,
        signatures: &[(&'static str, Result<Vec<usize>, Disregarded>)],
    ) -> Result<Accepted, Box<Refusal>> {
        let signed = |publisher: usize| {
            let mut keys = signatures.iter().filter_map(|(_, signers)| signers.as_ref().ok()).flatten();
            keys.any(|key| self.owners[*key] == publisher)
        };
        let publishers = self.rules.publishers.iter().enumerate();
        let case = Case {
            id: candidate.id,
            version: candidate.version,
            component: candidate.component,
            asks: candidate.asks,
            granted: candidate.granted,
            signed_by: publishers
                .filter(|(place, _)| signed(*place))
                .map(|(_, publisher)| publisher)
                .collect(),
        };
        match decide(&self.rules, &case) {
            Ok(voucher) => Ok(accepted(self, &voucher)),
            Err(broken) => {
                let disregarded = signatures.iter().filter_map(|(what, signers)| {
                    let error = signers.as_ref().err()?;
                    Some(format!("{what}: {}", self.told(error)))
                });
                let mut disregarded: Vec<String> = disregarded.collect();
                let more = disregarded.len().saturating_sub(SHOWN);
                disregarded.truncate(SHOWN);
                disregarded.extend((more > 0).then(|| format!("{more} more that do not count")));
                Err(Box::new(refusal(self, candidate, &broken, disregarded)))
            }
        }
    }

    /// Why a signature does not count, with the name of the publisher if one made it.
    pub(crate) fn told(&self, disregarded: &Disregarded) -> String {
        match disregarded {
            Disregarded::Content { key, problem } => {
                let publisher = &self.rules.publishers[self.owners[*key]].name;
                format!("signed by key {} of {publisher}, but {problem}", self.keys[*key].fingerprint())
            }
            other => other.to_string(),
        }
    }
}
