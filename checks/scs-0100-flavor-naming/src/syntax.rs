//! `scs-0100-syntax-check`: every name that begins with `SCS-` can be read.

use flavor_names::{NameError, Remark, Syntax};
use touchstone_sdk::Testee;

use crate::named::{COMPLIANCE, ScsFlavor, listed};

pub(crate) fn judge(flavors: &[ScsFlavor], t: &mut Testee) {
    let mut wrong = Vec::new();
    for ScsFlavor { flavor, reading } in flavors {
        match reading {
            Ok(reading) => {
                for remark in reading.remarks() {
                    let warning = t.warning(remark.to_string()).about(flavor);
                    if let Some(section) = section(&remark) {
                        warning.required_by(section);
                    }
                }
            }
            Err(error) => {
                t.violation(message(error)).about(flavor).required_by(COMPLIANCE);
                wrong.push(flavor.name.as_str());
            }
        }
    }
    summarize(flavors.len(), &wrong, t);
}

fn summarize(names: usize, wrong: &[&str], t: &mut Testee) {
    if names == 0 {
        let nothing = "no flavor has a name that begins with `SCS-`";
        t.info(format!("{nothing}: there is nothing to look at, and nothing that is wrong"))
            .required_by(COMPLIANCE);
        return t.summarize(nothing);
    }
    t.summarize(match wrong.len() {
        0 => format!("{names} flavor names begin with `SCS-`, and none is wrong"),
        count => {
            let are = if count == 1 { "is" } else { "are" };
            let wrong = listed(wrong.iter().copied());
            format!("{names} flavor names begin with `SCS-`, and {count} {are} wrong: {wrong}")
        }
    });
}

/// What is wrong, and two lines that show where.
fn message(error: &NameError) -> String {
    let version = match error.syntax() {
        Syntax::V1 => " (read in the syntax of version 1)",
        Syntax::V2 | Syntax::V3 => "",
    };
    format!("{}{version}\n{}", error.message(), error.marked())
}

/// The section that discourages it.
fn section(remark: &Remark) -> Option<&'static str> {
    match remark {
        Remark::Version1 { .. } | Remark::DisksWithoutSize => {
            Some("scs-0100-v3, \"Previous standard versions\"")
        }
        Remark::HalfGib => Some("scs-0100-v3, \"Memory\""),
        Remark::HwvAlone => Some("scs-0100-v3, \"Hardware virtualization / Nested virtualization\""),
        Remark::Spelling { .. } => None,
    }
}
