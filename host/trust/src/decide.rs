//! The decision, as a function of what a policy says and of what is known about a component. Nothing else is looked at;
//! signatures were verified before. `host/trust/mutants` changes this file line by line and sees whether a test notices.

use semver::Version;
use touchstone_grants::Grant;

use crate::ceiling::{Ceiling, Excess};
use crate::digest::Digest;
use crate::pattern::Pattern;
use touchstone_diagnostics::Span;

/// What a policy says.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) publishers: Vec<Publisher>,
    pub(crate) components: Vec<Rule>,
    pub(crate) accepted: Vec<Listed>,
}

/// Somebody who may publish components.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) name: String,
    pub(crate) at: Span,
    pub(crate) components: Vec<Pattern>,
    /// Where `components` is.
    pub(crate) components_at: Span,
    pub(crate) trusted: bool,
    pub(crate) ceiling: Ceiling,
}

/// What holds for components, whoever published them.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Pattern,
    pub(crate) at: Span,
    pub(crate) minimum: Option<(Version, Span)>,
    pub(crate) revoked: Vec<Listed>,
    pub(crate) ceiling: Ceiling,
}

/// A component by its hash.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) component: Digest,
    pub(crate) reason: String,
    pub(crate) trusted: bool,
    pub(crate) at: Span,
}

/// What is known about a component.
#[derive(Debug)]
pub(crate) struct Case<'c> {
    pub(crate) id: &'c str,
    pub(crate) version: &'c Version,
    pub(crate) component: Digest,
    /// What it asks for.
    pub(crate) asks: &'c [Grant],
    /// What it would get.
    pub(crate) granted: &'c [Grant],
    /// The publishers whose signature holds for this very component, in their order.
    pub(crate) signed_by: Vec<&'c Publisher>,
}

/// Why a component may run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Voucher<'p> {
    /// It is accepted by its hash.
    Hash(&'p Listed),
    /// A publisher signed it, may publish it, and it is below the publisher's ceiling.
    Publisher(&'p Publisher),
}

/// Why a component may not run.
#[derive(Debug)]
pub(crate) enum Broken<'p> {
    /// It is revoked.
    Revoked(&'p Listed),
    /// It is older than a rule asks for.
    TooOld { rule: &'p Rule, minimum: &'p Version, at: Span },
    /// It asks for more than a rule lets it have, or would get more.
    Above { whose: Whose<'p>, excess: Excess<'p>, asked: bool },
    /// Signed, but by somebody who may publish other components only.
    OtherComponents(&'p Publisher),
    /// None of those who may publish it signed it.
    NotSigned(Vec<&'p Publisher>),
    /// Nobody may publish it.
    Nobody,
}

/// Whose ceiling it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'p> {
    Rule(&'p Rule),
    Publisher(&'p Publisher),
}

impl Publisher {
    /// Whether it may publish the component of that id.
    pub(crate) fn may_publish(&self, id: &str) -> bool {
        self.components.iter().any(|pattern| pattern.covers(id))
    }
}

impl Voucher<'_> {
    /// Whether the component may be compiled in the host's own process.
    pub(crate) fn is_trusted(&self) -> bool {
        match self {
            Voucher::Hash(listed) => listed.trusted,
            Voucher::Publisher(publisher) => publisher.trusted,
        }
    }
}

/// Whether a component may run, and by whose word.
///
/// - What any rule revokes never runs.
/// - All rules that match its id hold.
/// - Then one voucher is enough: its hash is accepted, or one publisher signed it who may publish it, and whose own
///   ceiling it is below. If there are several, one that is trusted counts.
///
/// # Errors
/// The first rule that it breaks, in this order.
pub(crate) fn decide<'p>(policy: &'p Rules, case: &Case<'p>) -> Result<Voucher<'p>, Broken<'p>> {
    let same = |listed: &&Listed| listed.component == case.component;
    if let Some(listed) = policy.components.iter().flat_map(|rule| &rule.revoked).find(same) {
        return Err(Broken::Revoked(listed));
    }
    for rule in policy.components.iter().filter(|rule| rule.id.covers(case.id)) {
        // By precedence: 1.2.0-rc.1 is older than 1.2.0, and 1.2.0+build is not newer.
        if let Some((minimum, at)) = &rule.minimum
            && case.version.cmp_precedence(minimum).is_lt()
        {
            return Err(Broken::TooOld { rule, minimum, at: *at });
        }
        below(&rule.ceiling, case, Whose::Rule(rule))?;
    }
    let mut vouchers: Vec<Voucher<'p>> = policy.accepted.iter().filter(same).map(Voucher::Hash).collect();
    let mut above = None;
    for publisher in case.signed_by.iter().copied().filter(|publisher| publisher.may_publish(case.id)) {
        match below(&publisher.ceiling, case, Whose::Publisher(publisher)) {
            Ok(()) => vouchers.push(Voucher::Publisher(publisher)),
            Err(broken) => above = above.or(Some(broken)),
        }
    }
    let voucher = vouchers.iter().find(|voucher| voucher.is_trusted()).or(vouchers.first());
    voucher.copied().ok_or_else(|| above.unwrap_or_else(|| unsigned(policy, case)))
}

/// Whether all that a component asks for and all that it would get is below a ceiling.
fn below<'p>(ceiling: &Ceiling, case: &Case<'p>, whose: Whose<'p>) -> Result<(), Broken<'p>> {
    let asked = ceiling.exceeded_by(case.asks).map(|excess| (excess, true));
    match asked.or_else(|| ceiling.exceeded_by(case.granted).map(|excess| (excess, false))) {
        Some((excess, asked)) => Err(Broken::Above { whose, excess, asked }),
        None => Ok(()),
    }
}

/// What is wrong with a component for which nobody vouches.
fn unsigned<'p>(policy: &'p Rules, case: &Case<'p>) -> Broken<'p> {
    if let Some(publisher) = case.signed_by.first() {
        return Broken::OtherComponents(publisher);
    }
    let may: Vec<_> = policy.publishers.iter().filter(|publisher| publisher.may_publish(case.id)).collect();
    if may.is_empty() { Broken::Nobody } else { Broken::NotSigned(may) }
}
