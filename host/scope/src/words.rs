//! The closed lists of words that manifests and reports use (SCS-0003), with one spelling everywhere.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use touchstone_diagnostics::closest;

/// A word that is not in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    given: String,
    what: &'static str,
    choices: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a {}", self.given, self.what)?;
        match closest(&self.given, self.choices.iter().copied()) {
            Some(word) => write!(f, "; did you mean `{word}`?"),
            None => write!(f, "; known are {}", self.choices.join(", ")),
        }
    }
}

impl std::error::Error for UnknownWord {}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The words for them, in the same order.
            pub const WORDS: &[&str] = &[$($word,)+];

            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { given: text.to_owned(), what: $what, choices: Self::WORDS }),
                }
            }
        }
    };
}

words! {
    /// A named set of testcases of a module. That of a scope version is the union over its modules.
    Target, "target" {
        /// What a subject must pass for the version to be passed.
        Main = "main",
        /// What the standards recommend.
        Recommended = "recommended",
        /// What may be asked for in future, or is not judged yet.
        Preview = "preview",
    }
}

words! {
    /// How much a testcase costs the subject, by which a nightly run chooses what to run. The default is `light`.
    Section, "section" {
        /// Reads only.
        Light = "light",
        /// Creates small things: a security group, a secret.
        Medium = "medium",
        /// Boots servers, or takes minutes.
        Heavy = "heavy",
    }
}

words! {
    /// State of a scope version on a date (SCS-0003-v1, "Timeline entry").
    State, "state" {
        /// Can be tested against, but not certified; may still change.
        Draft = "draft",
        /// Can be certified against.
        Effective = "effective",
        /// Can be certified against, but will expire soon.
        Warn = "warn",
        /// Can be tested against, but not certified any more.
        Deprecated = "deprecated",
    }
}

words! {
    /// How long the result of a testcase counts: to the end of the period after the one in which it was checked.
    /// The default is `week`. See [`Lifetime::expires_at`].
    Lifetime, "lifetime" {
        /// To the end of the next day.
        Day = "day",
        /// To the end of the next week, which begins on Monday.
        Week = "week",
        /// To the end of the next month.
        Month = "month",
        /// To the end of the next quarter.
        Quarter = "quarter",
        /// To the end of the next month one year later.
        Year = "year",
    }
}

words! {
    /// Verdict on a testcase or on a set of them, worst first (SCS-0003-v2, "Concept definitions").
    Verdict, "verdict" {
        /// The subject does not meet what is asked for.
        Fail = "FAIL",
        /// Missing: nobody found out, or not recently.
        Miss = "MISS",
        /// Did not finish: it was tried, and could not be found out.
        Dnf = "DNF",
        /// The subject meets what is asked for.
        Pass = "PASS",
    }
}

impl Verdict {
    /// Verdict on a set: the worst of them. An empty set passes.
    pub fn of_set(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().min().unwrap_or(Self::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for target in Target::ALL {
            assert_eq!(target.to_string().parse(), Ok(*target));
        }
        assert_eq!(serde_json::to_string(&Verdict::Dnf).unwrap(), "\"DNF\"");
        assert_eq!(serde_json::from_str::<State>("\"effective\"").unwrap(), State::Effective);
        assert_eq!(Section::WORDS, ["light", "medium", "heavy"]);
        assert_eq!(format!("[{:<5}]", Verdict::Dnf), "[DNF  ]");
    }

    #[test]
    fn unknown_words_are_explained() {
        let message = |text: &str| text.parse::<State>().unwrap_err().to_string();
        assert_eq!(message("efective"), "`efective` is not a state; did you mean `effective`?");
        assert_eq!(message("gone"), "`gone` is not a state; known are draft, effective, warn, deprecated");
        assert!("Draft".parse::<State>().is_err());
    }

    #[test]
    fn the_worst_verdict_of_a_set_counts() {
        use Verdict::{Dnf, Fail, Miss, Pass};
        assert_eq!(Verdict::of_set([]), Pass);
        assert_eq!(Verdict::of_set([Pass, Pass]), Pass);
        assert_eq!(Verdict::of_set([Pass, Dnf]), Dnf);
        assert_eq!(Verdict::of_set([Dnf, Miss, Pass]), Miss);
        assert_eq!(Verdict::of_set([Pass, Miss, Fail, Dnf]), Fail);
    }
}
