use std::fmt;

use crate::publication::shown;
use crate::refusal::{Accepted, Refusal};
use crate::verify::Disregarded;
use crate::{Candidate, Policy};

/// All that was considered for a decision, for people: one line for each.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The component: id, version and hash.
    pub component: String,
    /// What each signature is worth.
    pub signatures: Vec<String>,
    /// The rules for components that hold for it, with their places.
    pub rules: Vec<String>,
    /// The decision.
    pub decision: Result<Accepted, Box<Refusal>>,
}

impl Explanation {
    pub(crate) fn new(
        policy: &Policy,
        candidate: &Candidate<'_>,
        signatures: &[(&'static str, Result<Vec<usize>, Disregarded>)],
        decision: Result<Accepted, Box<Refusal>>,
    ) -> Explanation {
        let signatures = signatures.iter().map(|(what, signers)| match signers {
            Ok(keys) => {
                let by: Vec<String> = keys.iter().map(|key| signer(policy, candidate, *key)).collect();
                format!("{what}: holds, by {}", by.join(" and "))
            }
            Err(disregarded) => format!("{what}: does not count: {}", policy.told(disregarded)),
        });
        let rules = policy.rules.components.iter().filter(|rule| rule.id.covers(candidate.id));
        let rules = rules.map(|rule| {
            let mut says = Vec::new();
            says.extend(rule.minimum.as_ref().map(|(minimum, _)| format!("minimum {minimum}")));
            let count = rule.revoked.len();
            says.extend((count > 0).then(|| format!("{count} revoked")));
            let never: Vec<&str> = rule.ceiling.never.iter().map(|(kind, _)| kind.word()).collect();
            says.extend((!never.is_empty()).then(|| format!("never {}", never.join(", "))));
            says.extend(
                rule.ceiling.at_most.as_ref().map(|list| format!("at most {} grants", list.grants.len())),
            );
            format!("{}:{}:{}: `{}`: {}", policy.file, rule.at.line, rule.at.column, rule.id, says.join("; "))
        });
        let Candidate { id, version, component, .. } = candidate;
        Explanation {
            component: format!("{} {version} ({component})", shown("", id)),
            signatures: signatures.collect(),
            rules: rules.collect(),
            decision,
        }
    }
}

fn signer(policy: &Policy, candidate: &Candidate<'_>, key: usize) -> String {
    let publisher = &policy.rules.publishers[policy.owners[key]];
    let may = if publisher.may_publish(candidate.id) { "may" } else { "may not" };
    format!("{} (key {}), who {may} publish it", publisher.name, policy.keys[key].fingerprint())
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.component)?;
        for (what, lines) in [("signature", &self.signatures), ("rule", &self.rules)] {
            if lines.is_empty() {
                writeln!(f, "  no {what}")?;
            }
            for line in lines {
                writeln!(f, "  {what}: {line}")?;
            }
        }
        match &self.decision {
            Ok(accepted) => writeln!(f, "may run: {accepted}"),
            Err(refusal) => writeln!(f, "may not run:\n{refusal}"),
        }
    }
}
