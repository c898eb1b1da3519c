//! How much a component may be granted.

use touchstone_grants::{Budget, Grant, Kind};

use touchstone_diagnostics::Span;

/// What a rule says about grants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ceiling {
    /// Kinds that are never granted.
    pub(crate) never: Vec<(KindWord, Span)>,
    /// What every grant has to be below, if there is such a list.
    pub(crate) at_most: Option<AtMost>,
}

/// A list of grants that bounds others.
#[derive(Debug, Clone)]
pub(crate) struct AtMost {
    pub(crate) grants: Vec<Grant>,
    pub(crate) at: Span,
}

/// A word for a kind of grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KindWord {
    Read,
    Change,
    Create,
    Probe,
}

/// What is above a ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excess<'g> {
    /// The grant.
    pub(crate) grant: &'g Grant,
    pub(crate) above: Above,
    /// Where the rule is that it breaks.
    pub(crate) at: Span,
}

/// In which way it is above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// It is of a kind that is never granted.
    Never(KindWord),
    /// No entry of `at_most` covers it.
    AtMost,
    /// Entries of `at_most` cover it, but none pays for all that would be created together.
    Together,
}

impl Ceiling {
    /// The first of `grants` that is above it.
    pub(crate) fn exceeded_by<'g>(&self, grants: &'g [Grant]) -> Option<Excess<'g>> {
        grants.iter().find_map(|grant| {
            let kind = KindWord::of(&grant.kind);
            if let Some((word, at)) = self.never.iter().find(|(word, _)| *word == kind) {
                return Some(Excess { grant, above: Above::Never(*word), at: *at });
            }
            let AtMost { grants: ceilings, at } = self.at_most.as_ref()?;
            let covering: Vec<&Grant> = ceilings.iter().filter(|ceiling| ceiling.covers(grant)).collect();
            let above = match covering.iter().any(|ceiling| pays(ceiling, grants)) {
                true => return None,
                false if covering.is_empty() => Above::AtMost,
                false => Above::Together,
            };
            Some(Excess { grant, above, at: *at })
        })
    }
}

/// Whether the budget of a ceiling pays for all creations together that it covers: each grant has a budget of its own.
fn pays(ceiling: &Grant, grants: &[Grant]) -> bool {
    let Kind::Create(budget) = ceiling.kind else { return true };
    let covered = grants.iter().filter(|grant| ceiling.covers(grant));
    let budgets = covered.filter_map(|grant| match grant.kind {
        Kind::Create(budget) => Some(budget),
        _ => None,
    });
    let (mut count, mut gib) = (0_u32, 0_u32);
    for one in budgets {
        count = count.saturating_add(one.count);
        gib = gib.saturating_add(one.gib.unwrap_or(0));
    }
    budget.covers(Budget { count, gib: Some(gib) })
}

impl KindWord {
    /// All of them, by their words.
    pub(crate) const ALL: [(&str, KindWord); 4] = [
        ("read", KindWord::Read),
        ("change", KindWord::Change),
        ("create", KindWord::Create),
        ("probe", KindWord::Probe),
    ];

    pub(crate) fn of(kind: &Kind) -> KindWord {
        match kind {
            Kind::Read => KindWord::Read,
            Kind::Change { .. } => KindWord::Change,
            Kind::Create(_) => KindWord::Create,
            Kind::Probe => KindWord::Probe,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        let word = KindWord::ALL.iter().find(|(_, kind)| *kind == self).map(|(word, _)| *word);
        word.expect("all of them have words")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn at_most(texts: &[&str]) -> Ceiling {
        let at = Span { line: 7, ..Span::default() };
        Ceiling { never: Vec::new(), at_most: Some(AtMost { grants: grants(texts), at }) }
    }

    #[test]
    fn what_is_below_is_let_through() {
        let ceiling = at_most(&["compute GET /**", "block-storage POST /volumes max 4, 8 GiB"]);
        for below in [
            &[][..],
            &["compute GET /flavors/**", "compute HEAD /servers/*"],
            &["block-storage POST /volumes max 4, 8 GiB"],
            &["block-storage POST /volumes max 2, 4 GiB", "block-storage POST /volumes max 2"],
        ] {
            assert_eq!(ceiling.exceeded_by(&grants(below)), None, "{below:?}");
        }
        assert_eq!(Ceiling::default().exceeded_by(&grants(&["compute DELETE /servers/*"])), None);
    }

    #[test]
    fn what_is_above_is_named() {
        let ceiling = at_most(&["compute GET /**", "block-storage POST /volumes max 4, 8 GiB"]);
        let (alone, together) = (Above::AtMost, Above::Together);
        for (above, place, how) in [
            (&["compute GET /flavors/**", "network GET /networks"][..], 1, alone),
            (&["compute GET /"], 0, alone),
            (&["block-storage POST /volumes max 5"], 0, alone),
            (&["block-storage POST /volumes max 1, 9 GiB"], 0, alone),
            (&["block-storage POST /volumes max 3", "block-storage POST /volumes max 2"], 0, together),
            (
                &["block-storage POST /volumes max 1, 5 GiB", "block-storage POST /volumes max 2, 4 GiB"],
                0,
                together,
            ),
        ] {
            let grants = grants(above);
            let excess = ceiling.exceeded_by(&grants).expect("above");
            assert_eq!(excess.grant, &grants[place], "{above:?}");
            assert_eq!((excess.above, excess.at.line), (how, 7));
        }
    }

    #[test]
    fn sums_do_not_overflow() {
        let ceiling = at_most(&["block-storage POST /volumes max 9999, 9999 GiB"]);
        let mut one = grants(&["block-storage POST /volumes max 1, 1 GiB"]).remove(0);
        one.kind = Kind::Create(Budget { count: u32::MAX, gib: Some(u32::MAX) });
        assert!(ceiling.exceeded_by(&[one.clone(), one]).is_some());
    }

    #[test]
    fn kinds_are_told_apart() {
        let all = [
            ("read", "compute GET /a"),
            ("change", "compute DELETE /servers/*"),
            ("create", "compute POST /servers max 1"),
            ("probe", "compute PROBE /"),
        ];
        for ((word, kind), (expected, grant)) in KindWord::ALL.into_iter().zip(all) {
            assert_eq!((word, kind.word()), (expected, expected));
            let ceiling = Ceiling { never: vec![(kind, Span::default())], at_most: None };
            for (other, text) in all {
                let (grants, above) = (grants(&[text]), text == grant);
                assert_eq!(ceiling.exceeded_by(&grants).is_some(), above, "never {word}: {other}");
            }
        }
    }
}
