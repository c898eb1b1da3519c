//! The flavors that the standard is about, and what their names say.

use flavor_names::{NameError, Reading};
use touchstone_sdk::openstack::Flavor;

/// The section that both testcases stand on: such a name can be read, and the flavor has what it says.
pub(crate) const COMPLIANCE: &str = "scs-0100-v3, \"Naming policy compliance\"";

/// A flavor whose name begins with `SCS-`.
#[derive(Debug)]
pub(crate) struct ScsFlavor {
    pub(crate) flavor: Flavor,
    pub(crate) reading: Result<Reading, NameError>,
}

/// The flavors whose names begin with `SCS-`, by name; the others are none of the standard's business.
pub(crate) fn scs_flavors(mut flavors: Vec<Flavor>) -> Vec<ScsFlavor> {
    // The order of the API says nothing. A list that changes while its pages are read may have a flavor twice.
    flavors.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    flavors.dedup();
    let read = |flavor: Flavor| ScsFlavor { reading: Reading::of(&flavor.name), flavor };
    let is_foreign = |read: &ScsFlavor| matches!(&read.reading, Err(error) if error.is_foreign());
    flavors.into_iter().map(read).filter(|flavor| !is_foreign(flavor)).collect()
}

/// A few names, and how many more there are: `` `a`, `b`, `c` and 4 more ``.
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 3;
    let more = names.len().saturating_sub(SHOWN);
    let names: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
