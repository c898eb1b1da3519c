//! Whether the lists of aspects are as the standard has them.

use touchstone_sdk::Testee;
use touchstone_sdk::openstack::VolumeType;

use crate::aspects::{Aspects, Reading};
use crate::declared;
use crate::remedy;

const DESCRIPTION: &str = "scs-0114-v1, \"Systematic Description of Volume Types\"";
const ASPECTS: &str = "scs-0114-v1, \"Standardized Aspects\"";
const OPTIONAL: &str = "scs-0114-v1, \"OPTIONAL volume types\"";

/// Looks at the description of each volume type.
pub(crate) fn judge(types: &[VolumeType], t: &mut Testee) {
    let mut lists = 0;
    for volume_type in types {
        let Some(description) = &volume_type.description else { continue };
        match Reading::of(description) {
            Reading::None => {}
            Reading::Meant(list) => remark(volume_type, list, t),
            Reading::Broken(how) => {
                lists += 1;
                let message = format!("the list of aspects in the description {how}");
                t.violation(message).about(volume_type).required_by(DESCRIPTION);
            }
            Reading::List(aspects) => {
                lists += 1;
                look_at(volume_type, &aspects, t);
            }
        }
    }
    if lists == 0 {
        t.summarize(format!("none of the {} volume types has a list of aspects", types.len()));
    }
}

fn look_at(volume_type: &VolumeType, aspects: &Aspects<'_>, t: &mut Testee) {
    let remedy = remedy::describe(volume_type, &aspects.corrected(), aspects.rest);
    let violate = |message: String, t: &mut Testee| {
        let finding = t.violation(message).about(volume_type).required_by(DESCRIPTION);
        if let Some(remedy) = &remedy {
            finding.mended_by(remedy.as_str());
        }
    };
    if aspects.names.contains(&"") {
        violate("an aspect in the list has no name".into(), t);
    } else if !aspects.are_sorted() {
        let message = format!(
            "the aspects are not in alphabetical order: {} should be {}",
            quoted(&aspects.names),
            quoted(&aspects.corrected())
        );
        violate(message, t);
    }
    let repeated: Vec<&str> = aspects.repeated().into_iter().filter(|name| !name.is_empty()).collect();
    if !repeated.is_empty() {
        let verb = if repeated.len() == 1 { "is" } else { "are" };
        violate(format!("{} {verb} listed more than once", quoted(&repeated)), t);
    }
    warn(volume_type, aspects, t);
}

/// What is discouraged, or may not be found by programs.
fn warn(volume_type: &VolumeType, aspects: &Aspects<'_>, t: &mut Testee) {
    if aspects.names.is_empty() {
        t.warning("the list has no aspects").about(volume_type).required_by(DESCRIPTION);
    }
    if !aspects.is_spaced_well {
        let message =
            "in the list there is not exactly a comma and a space between aspects, as the standard writes it";
        t.warning(message).about(volume_type).required_by(DESCRIPTION);
    }
    for name in aspects.corrected() {
        if declared::STANDARDIZED.iter().any(|aspect| aspect.name == name) {
            continue;
        }
        match declared::STANDARDIZED.iter().find(|aspect| resembles(name, aspect.name)) {
            Some(aspect) => {
                let message =
                    format!("`{name}` is not an aspect of the standard; is `{}` meant?", aspect.name);
                t.warning(message).about(volume_type).required_by(ASPECTS)
            }
            None => {
                let message =
                    format!("`{name}` is not an aspect of the standard, and should not be in its list");
                t.warning(message).about(volume_type).required_by(OPTIONAL)
            }
        };
    }
}

fn remark(volume_type: &VolumeType, list: &str, t: &mut Testee) {
    let shown: String = list.chars().take(80).collect();
    let message = format!(
        "`{shown}` looks like a list of aspects, but the description does not begin with `[scs:`: nobody finds it"
    );
    t.warning(message).about(volume_type).required_by(DESCRIPTION);
}

/// The same but for case, its end, or one or two letters.
fn resembles(name: &str, aspect: &str) -> bool {
    let name = name.to_lowercase();
    let stem = |text: &str| text.chars().take(6).collect::<String>();
    let mut letters: Vec<char> = name.chars().collect();
    let mut expected: Vec<char> = aspect.chars().collect();
    letters.sort_unstable();
    expected.sort_unstable();
    stem(&name) == stem(aspect) || letters == expected
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
