//! Which of the units of a tape is most like another: of checks with several versions or several sets of inputs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use touchstone_scope::Unit;
use touchstone_tape as tape;

use crate::admit::AdmittedUnit;
use crate::compose::asset_digests;
use crate::recorded::RecordedRun;

/// The place on the tape of that unit of the same check which is most like this one: the same code, the same version, the
/// same inputs.
pub(crate) fn most_alike(run: &RecordedRun, unit: &Unit, admitted: &AdmittedUnit) -> Option<usize> {
    let component = admitted.digest.to_string();
    let like = Inputs {
        component: &component,
        version: &unit.version,
        parameters: &unit.parameters,
        assets: &asset_digests(unit),
    };
    let units = run.tape.units.iter().map(|recorded| &recorded.unit).enumerate();
    let of_check = units.filter(|(_, recorded)| recorded.check == unit.check);
    // The first of those that are equally like it.
    of_check
        .max_by_key(|(place, recorded)| (like.likeness(recorded), Reverse(*place)))
        .map(|(place, _)| place)
}

/// By what units of one check are told apart.
pub(crate) struct Inputs<'a> {
    pub(crate) component: &'a str,
    pub(crate) version: &'a str,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) assets: &'a BTreeMap<String, String>,
}

impl Inputs<'_> {
    /// How like it a unit of a tape is: the most like is the greatest.
    pub(crate) fn likeness(&self, recorded: &tape::Unit) -> [bool; 4] {
        [
            recorded.component == self.component,
            recorded.version == self.version,
            recorded.parameters == *self.parameters,
            recorded.assets == *self.assets,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_goes_before_the_inputs() {
        let none = BTreeMap::new();
        let least = BTreeMap::from([("least".to_owned(), "4".to_owned())]);
        let wanted = Inputs { component: "c", version: "2.0.0", parameters: &least, assets: &none };
        let unit = |component: &str, version: &str, parameters: &BTreeMap<String, String>| tape::Unit {
            component: component.to_owned(),
            version: version.to_owned(),
            parameters: parameters.clone(),
            ..tape::Unit::default()
        };
        let from_worst_to_best = [
            unit("a", "1.0.0", &none),
            unit("a", "1.0.0", &least),
            unit("b", "2.0.0", &none),
            unit("b", "2.0.0", &least),
            unit("c", "2.0.0", &none),
            unit("c", "2.0.0", &least),
        ];
        let likeness: Vec<_> = from_worst_to_best.iter().map(|unit| wanted.likeness(unit)).collect();
        assert!(likeness.is_sorted_by(|one, other| one < other), "{likeness:?}");
    }
}
