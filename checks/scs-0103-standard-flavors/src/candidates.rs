//! Which flavors may have been meant, where a standard flavor is missing.

use flavor_names::{FlavorName, Reading, Spec};
use touchstone_sdk::openstack::Flavor;

/// What there is instead of the flavor of this name, as the end of a sentence: the best guess only.
pub(crate) fn hint(name: &FlavorName, spec: &Spec, flavors: &[Flavor]) -> Option<String> {
    let guess = |is_it: &dyn Fn(&Flavor) -> bool, what: &str| {
        let found: Vec<&str> = flavors.iter().filter(|f| is_it(f)).map(|f| f.name.as_str()).collect();
        (!found.is_empty()).then(|| format!("there is {}, {what}", listed(&found)))
    };
    guess(&|flavor| says_so_elsewhere(flavor, name), "with that name in another `scs:name-vN`")
        .or_else(|| {
            guess(&|flavor| is_spelled_otherwise(flavor, name), "where the name is spelled otherwise")
        })
        .or_else(|| guess(&|flavor| has_the_figures(flavor, spec), "with the same vCPUs, RAM and disk"))
}

fn says_so_elsewhere(flavor: &Flavor, name: &FlavorName) -> bool {
    let name = name.to_string();
    flavor.extra_specs.iter().any(|(key, value)| key.starts_with("scs:name-v") && *value == name)
}

/// By its name or by `scs:name-v2`, in another case or another syntax.
fn is_spelled_otherwise(flavor: &Flavor, name: &FlavorName) -> bool {
    let canonical = name.to_string();
    flavor.extra_specs.get(Spec::NAME_V2).into_iter().chain([&flavor.name]).any(|spelling| {
        spelling.eq_ignore_ascii_case(&canonical)
            || Reading::of(spelling).is_ok_and(|reading| reading.flavor == *name)
    })
}

fn has_the_figures(flavor: &Flavor, spec: &Spec) -> bool {
    (flavor.vcpus, flavor.ram_mib, flavor.disk_gib) == (spec.vcpus.into(), spec.ram_mib, spec.disk_gb.into())
}

/// The first few, and how many more there are: `` `a`, `b`, `c` and 4 more ``.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
