//! What is said about a decision.

use std::fmt;

use thiserror::Error;
use touchstone_grants::Grant;

use crate::ceiling::Above;
use crate::decide::{Broken, Publisher, Voucher, Whose};
use crate::publication::shown;
use crate::{Candidate, Policy};
use touchstone_diagnostics::Span;

/// A component may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// By whose word.
    pub by: AcceptedBy,
    /// Whether it may be compiled in the host's own process; else in a child with [`Policy::compile_limits`].
    pub trusted: bool,
    /// The file of the policy.
    pub file: String,
    /// Where the publisher, or the hash, is in it; from 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// By whose word a component may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptedBy {
    /// A publisher signed it.
    Publisher {
        /// Its name.
        name: String,
    },
    /// Its hash is accepted.
    Hash {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Accepted { by, trusted, file, line, column } = self;
        match by {
            AcceptedBy::Publisher { name } => write!(f, "signed by {name} ({file}:{line}:{column})")?,
            AcceptedBy::Hash { reason } => {
                write!(f, "accepted by its hash ({file}:{line}:{column}): {reason}")?
            }
        }
        match trusted {
            true => f.write_str("; trusted: compiled in the host's own process"),
            false => f.write_str("; not trusted: compiled in a child process"),
        }
    }
}

pub(crate) fn accepted(policy: &Policy, voucher: &Voucher<'_>) -> Accepted {
    let (by, at) = match voucher {
        Voucher::Hash(listed) => (AcceptedBy::Hash { reason: listed.reason.clone() }, listed.at),
        Voucher::Publisher(publisher) => {
            (AcceptedBy::Publisher { name: publisher.name.clone() }, publisher.at)
        }
    };
    let Span { line, column, .. } = at;
    Accepted { by, trusted: voucher.is_trusted(), file: policy.file.clone(), line, column }
}

/// Which kind of rule a component breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusedBy {
    /// `revoked` of a rule for components.
    Revoked,
    /// `minimum` of a rule for components.
    Minimum,
    /// `never`, of a rule for components or of a publisher.
    Never,
    /// `at_most`, of a rule for components or of a publisher.
    AtMost,
    /// `components` of a publisher: it signed, but may not publish this.
    Pattern,
    /// There is no signature at all.
    Unsigned,
    /// There are signatures, and none counts.
    Signature,
    /// No publisher may publish a component of that id, and its hash is not accepted.
    NoPublisher,
}

/// A component may not run, and by which rule: shown in three lines or more, which say what the rule is and where, what was
/// found, and what to do. Text of others is escaped in them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {message}{}\n  help: {help}", found.iter().map(|found| format!("\n  found: {found}")).collect::<String>())]
pub struct Refusal {
    /// The kind of rule.
    pub by: RefusedBy,
    /// The file of the policy.
    pub file: String,
    /// Where the rule is in it; from 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// Which component may not run, and what the rule asks for; one sentence without a full stop.
    pub message: String,
    /// What was found instead, each in one line.
    pub found: Vec<String>,
    /// What to do.
    pub help: String,
}

/// Where a rule is, what it asks for, and what to do.
struct Told {
    by: RefusedBy,
    at: Span,
    asks: String,
    found: Vec<String>,
    help: String,
}

pub(crate) fn refusal(
    policy: &Policy,
    candidate: &Candidate<'_>,
    broken: &Broken<'_>,
    disregarded: Vec<String>,
) -> Refusal {
    let Told { by, at, asks, found, help } = told(policy, candidate, broken, disregarded);
    let Candidate { id, version, component, .. } = candidate;
    Refusal {
        by,
        file: policy.file.clone(),
        line: at.line,
        column: at.column,
        message: format!("{} {version} ({component}) may not run: {asks}", shown("", id)),
        found,
        help,
    }
}

fn told(policy: &Policy, candidate: &Candidate<'_>, broken: &Broken<'_>, disregarded: Vec<String>) -> Told {
    match broken {
        Broken::Revoked(listed) => Told {
            by: RefusedBy::Revoked,
            at: listed.at,
            asks: format!("it is revoked: {}", listed.reason),
            found: vec![format!("component {}", candidate.component)],
            help: "use another version of the check; no signature makes up for this".to_owned(),
        },
        Broken::TooOld { rule, minimum, at } => Told {
            by: RefusedBy::Minimum,
            at: *at,
            asks: format!("the rule for `{}` asks for version {minimum} or newer", rule.id),
            found: vec![format!("version {}", candidate.version)],
            help: "name a newer version in the scope manifest, or lower `minimum`".to_owned(),
        },
        Broken::Above { whose, excess, asked } => {
            let whose = match whose {
                Whose::Rule(rule) => format!("components that match `{}`", rule.id),
                Whose::Publisher(publisher) => format!("components of {}", publisher.name),
            };
            let (by, asks) = match excess.above {
                Above::Never(kind) => {
                    (RefusedBy::Never, format!("{whose} never get grants to {}", kind.word()))
                }
                Above::AtMost | Above::Together => {
                    (RefusedBy::AtMost, format!("{whose} get at most what `at_most` lists"))
                }
            };
            let together = match excess.above {
                Above::Together => ", which is too much together with what else is to be created",
                Above::Never(_) | Above::AtMost => "",
            };
            let found = vec![format!("{}{together}", found(excess.grant, *asked))];
            Told { by, at: excess.at, asks, found, help: advice(*asked) }
        }
        Broken::OtherComponents(publisher) => Told {
            by: RefusedBy::Pattern,
            at: publisher.components_at,
            asks: format!("{} signed it, and may publish other components only", publisher.name),
            found: vec![format!("`components` of {}: {}", publisher.name, patterns(publisher))],
            help: "add its id there if the publisher may publish it; or, if you reviewed it, accept its hash"
                .to_owned(),
        },
        Broken::NotSigned(publishers) => {
            let names: Vec<&str> = publishers.iter().map(|publisher| publisher.name.as_str()).collect();
            let unsigned = candidate.signatures.is_empty();
            Told {
                by: if unsigned { RefusedBy::Unsigned } else { RefusedBy::Signature },
                at: publishers[0].at,
                asks: format!("it has to be signed by {}", names.join(" or ")),
                found: if unsigned { vec!["no signature".to_owned()] } else { disregarded },
                help: "get it with the publisher's signature, or, if you reviewed it, accept its hash"
                    .to_owned(),
            }
        }
        Broken::Nobody => Told {
            by: RefusedBy::NoPublisher,
            at: policy
                .rules
                .publishers
                .first()
                .map_or(Span { line: 1, column: 1, ..Span::default() }, |one| one.at),
            asks: "no publisher may publish a component of that id, and its hash is not accepted".to_owned(),
            found: disregarded,
            help:
                "add its publisher, or its id to `components` of one; or, if you reviewed it, accept its hash"
                    .to_owned(),
        },
    }
}

fn found(grant: &Grant, asked: bool) -> String {
    match asked {
        true => format!("it asks for `{grant}`"),
        false => format!("the scope manifest grants it `{grant}`"),
    }
}

fn advice(asked: bool) -> String {
    match asked {
        true => "do not run it; or raise the ceiling, if the check may do that to your cloud".to_owned(),
        false => "take the grant out of the scope manifest, or raise the ceiling".to_owned(),
    }
}

fn patterns(publisher: &Publisher) -> String {
    let quoted: Vec<String> = publisher.components.iter().map(|pattern| format!("`{pattern}`")).collect();
    quoted.join(", ")
}
