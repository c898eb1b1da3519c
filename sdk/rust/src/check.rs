use crate::{Context, Error};

/// A check: what it says about itself, and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Identifier: lower-case letters, digits and `-`, e.g. `scs-0103-standard-flavors`.
    pub id: &'static str,
    /// Semantic version, beginning with that of the standard. Usually `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// One line.
    pub title: &'static str,
    /// Where the standard's text is.
    pub url: &'static str,
    /// The testcases that it judges, in the order in which people expect them.
    pub testcases: &'static [Testcase],
    /// The API calls that it needs, each `SERVICE METHOD PATTERN`, e.g. `compute GET /flavors/*/os-extra_specs`. In a
    /// pattern `*` stands for one segment and a final `**` for one or more. The manifest decides what is granted.
    pub grants: &'static [&'static str],
    /// Parameters that a scope version may or must give.
    pub parameters: &'static [Parameter],
    /// Inputs that the manifest pins by hash.
    pub assets: &'static [Asset],
    /// Does the work. `Err` makes every testcase without an outcome DNF, with the error as the reason.
    pub run: fn(&mut Context) -> Result<(), Error>,
}

/// A testcase: one thing that holds or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Testcase {
    /// Unique in a scope, e.g. `scs-0103-flavor-1v-4`.
    pub id: &'static str,
    /// What it asserts, in one sentence.
    pub title: &'static str,
}

/// A parameter that a scope version gives to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means, with unit and default.
    pub description: &'static str,
    /// Whether the check cannot work without it.
    pub required: bool,
}

/// An input that the manifest pins by SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub description: &'static str,
    /// Whether the check cannot work without it.
    pub required: bool,
}
