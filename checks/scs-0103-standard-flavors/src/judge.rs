//! Whether one standard flavor is there, and is as it has to be.

use flavor_names::{FlavorName, Spec};
use touchstone_sdk::openstack::Flavor;
use touchstone_sdk::{Error, Testee};

use crate::candidates;
use crate::differences::differences;
use crate::table::StandardFlavor;

const GUARANTEES: &str = "scs-0103-v1, \"Guarantees and properties\"";
const PROPERTIES: &str = "scs-0103-v1, \"Properties (extra_specs)\"";

pub(crate) fn judge(standard: &StandardFlavor, flavors: &[Flavor], t: &mut Testee) -> Result<(), Error> {
    let name = FlavorName::parse(standard.name).map_err(|error| Error::new(error.to_string()))?;
    let spec = Spec::of(&name);

    // Names are recommended only: what makes a flavor the standard flavor is that it says so in `scs:name-v2`.
    // One that bears the name without saying so lacks that property, and is shown what else it lacks.
    let claimants: Vec<&Flavor> = flavors.iter().filter(|flavor| says_to_be(flavor, standard)).collect();
    let named: Vec<&Flavor> = flavors.iter().filter(|flavor| flavor.name == standard.name).collect();
    let meant = if claimants.is_empty() { &named } else { &claimants };
    if meant.is_empty() {
        let missing = format!("no flavor is named `{}`, nor says so in `{}`", standard.name, Spec::NAME_V2);
        let hint = candidates::hint(&name, &spec, flavors).map(|hint| format!("; {hint}"));
        t.violation(missing + &hint.unwrap_or_default()).required_by(standard.section);
        return Ok(());
    }
    compare(standard, meant, &spec, t);
    remark_on_ambiguity(standard, &claimants, &named, t);
    Ok(())
}

fn says_to_be(flavor: &Flavor, standard: &StandardFlavor) -> bool {
    flavor.extra_specs.get(Spec::NAME_V2).is_some_and(|name| name == standard.name)
}

/// Users who look the name up get any of the flavors that say it, so all of them have to be right: the order in which
/// the API lists them must not decide.
fn compare(standard: &StandardFlavor, meant: &[&Flavor], spec: &Spec, t: &mut Testee) {
    let mut violations = 0;
    let mut wrong = Vec::new();
    for flavor in meant {
        let differences = differences(flavor, spec);
        for difference in &differences {
            t.violation(difference.message.as_str()).about(*flavor).required_by(GUARANTEES);
        }
        if !differences.is_empty() {
            let fields: Vec<&str> = differences.iter().map(|difference| difference.field).collect();
            wrong.push(format!("flavor `{}` is not as it should be: {}", flavor.name, fields.join(", ")));
        }
        violations += differences.len();
    }
    match (meant, violations) {
        ([flavor], 0) if flavor.name != standard.name => {
            t.summarize(format!("it is flavor `{}`", flavor.name))
        }
        // The one violation says it all.
        (_, 0) | ([_], 1) => {}
        _ => t.summarize(wrong.join("; ")),
    }
}

fn remark_on_ambiguity(standard: &StandardFlavor, claimants: &[&Flavor], named: &[&Flavor], t: &mut Testee) {
    let says_so = format!("`{}={}`", Spec::NAME_V2, standard.name);
    let Some(first) = claimants.first() else { return };
    if claimants.len() > 1 {
        for flavor in claimants {
            let message = format!(
                "is one of {} flavors with {says_so}: which is meant, users cannot tell",
                claimants.len()
            );
            t.warning(message).about(*flavor).required_by(PROPERTIES);
        }
    }
    for flavor in named.iter().filter(|flavor| !says_to_be(flavor, standard)) {
        let message = format!(
            "has the name of the standard flavor, but {says_so} is set on `{}`: users who go by names get this one",
            first.name
        );
        t.warning(message).about(*flavor).required_by(PROPERTIES);
    }
}
