//! The labels: closed lists, and names from the configuration. Never what a cloud or a check says.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// How a subject's night ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectOutcome {
    /// Every run of it has a report, whatever that says.
    Judged,
    /// The cloud could not be reached or did not let us in: all is DNF.
    Unreachable,
    /// It took too long, or broke, in every attempt.
    GaveUp,
    /// The night was stopped before.
    Interrupted,
}

/// What became of something that was sent: a report to a monitor, a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The other side has it.
    Accepted,
    /// It did not work, and will be tried again.
    Retried,
    /// The other side does not want it; it is not tried again.
    Refused,
}

macro_rules! label_words {
    ($name:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $name {
            /// All of them: so that each series is there from the start, at zero.
            pub(super) const ALL: &[$name] = &[$($name::$variant,)+];

            fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl EncodeLabelValue for $name {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
                self.word().encode(encoder)
            }
        }
    };
}

label_words! {
    SubjectOutcome { Judged = "judged", Unreachable = "unreachable", GaveUp = "gave_up", Interrupted = "interrupted", }
}
label_words! { Delivery { Accepted = "accepted", Retried = "retried", Refused = "refused", } }

/// The words for verdicts (SCS-0003), for which series are there from the start.
pub(super) const VERDICTS: [&str; 4] = ["PASS", "DNF", "MISS", "FAIL"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct PhaseLabel {
    phase: &'static str,
}

impl PhaseLabel {
    pub(super) const WAITING: PhaseLabel = PhaseLabel { phase: "waiting" };
    pub(super) const RUNNING: PhaseLabel = PhaseLabel { phase: "running" };
    pub(super) const DONE: PhaseLabel = PhaseLabel { phase: "done" };
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfOutcome {
    pub(super) outcome: SubjectOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfVerdict {
    pub(super) verdict: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfSubject {
    pub(super) subject: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DestinationLabel {
    pub(super) destination: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfDelivery {
    pub(super) destination: String,
    pub(super) outcome: Delivery,
}

/// One version of one scope for one subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct OfVersion {
    pub(super) subject: String,
    scope: String,
    version: String,
}

impl OfVersion {
    pub(super) fn new(subject: &str, scope: &str, version: &str) -> OfVersion {
        OfVersion { subject: subject.to_owned(), scope: scope.to_owned(), version: version.to_owned() }
    }

    pub(super) fn with(&self, verdict: String) -> OfVersionVerdict {
        let OfVersion { subject, scope, version } = self.clone();
        OfVersionVerdict { subject, scope, version, verdict }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfVersionVerdict {
    subject: String,
    scope: String,
    version: String,
    verdict: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfBuild {
    pub(super) version: String,
}
