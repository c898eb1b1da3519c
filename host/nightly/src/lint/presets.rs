//! Whether what scopes ask for is run on any day.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_scope::{Lifetime, Section};

use super::Linter;
use super::scopes::Planned;
use crate::config::Day;

impl Linter<'_> {
    pub(super) fn presets(&mut self) {
        let config = self.config;
        let used: BTreeSet<&String> =
            config.subjects.iter().filter_map(|subject| subject.preset.as_ref()).collect();
        for name in config.presets.keys().filter(|name| !used.contains(name)) {
            let message = format!("no subject has the preset `{name}`");
            self.warning(&["presets", name], message, "delete it, or name it in `preset` of a subject");
        }
        let nights =
            config.schedule.as_ref().map_or_else(|| Day::ALL.into(), |schedule| schedule.days().clone());
        let pairs: BTreeSet<(Option<&String>, &String)> = config
            .subjects
            .iter()
            .filter(|subject| subject.paused.is_none())
            .flat_map(|subject| subject.scopes.iter().map(|scope| (subject.preset.as_ref(), scope)))
            .collect();
        for (preset, scope) in pairs {
            let Some(planned) = self.plans.get(scope.as_str()).cloned() else { continue };
            let days = nights.iter().map(|day| {
                let sections = preset.and_then(|name| config.presets.get(name));
                (
                    *day,
                    sections.map_or_else(
                        || Section::ALL.iter().copied().collect(),
                        |sections| sections.on(*day).clone(),
                    ),
                )
            });
            self.pair(preset, scope, &planned, &days.collect());
        }
    }

    /// One scope with one preset: which sections run on the days that have a night.
    fn pair(
        &mut self,
        preset: Option<&String>,
        scope: &str,
        planned: &[Planned],
        days: &BTreeMap<Day, BTreeSet<Section>>,
    ) {
        let place =
            preset.map_or_else(|| vec!["schedule", "days"], |preset| vec!["presets", preset.as_str()]);
        let who = preset.map_or_else(|| "the schedule".to_owned(), |preset| format!("preset `{preset}`"));
        let run: BTreeSet<Section> = days.values().flatten().copied().collect();
        let there: BTreeSet<Section> = planned.iter().map(|one| one.section).collect();
        if !there.is_empty() && there.is_disjoint(&run) {
            let message = format!("{who} runs no testcase of scope `{scope}` on any day that has a night");
            let has: Vec<&str> = there.iter().map(|section| section.word()).collect();
            self.error(
                &place,
                message,
                format!("the scope has testcases of these sections: {}", has.join(", ")),
            );
            return;
        }
        for section in there.difference(&run) {
            let of_it = planned.iter().filter(|one| one.section == *section).count();
            let message =
                format!("{who} never runs `{section}`, of which scope `{scope}` has {}", testcases(of_it));
            self.warning(&place, message, "they stay MISS, and so does every version that needs them; name the section on one day at least");
        }
        for section in there.intersection(&run) {
            let on: BTreeSet<Day> =
                days.iter().filter(|(_, sections)| sections.contains(section)).map(|(day, _)| *day).collect();
            let counts = |day: Day| on.contains(&day) || on.contains(&day.before());
            let short =
                planned.iter().filter(|one| one.section == *section && one.lifetime == Lifetime::Day).count();
            if short > 0 && !Day::ALL.into_iter().all(counts) {
                let message = format!(
                    "{who} runs `{section}` too seldom for {} of scope `{scope}`, whose results count to the end of the next day only",
                    testcases(short)
                );
                self.warning(&place, message, "run that section every day, or every other day");
            }
        }
    }
}

fn testcases(count: usize) -> String {
    format!("{count} testcase{}", if count == 1 { "" } else { "s" })
}
