//! The timeline: states of versions by date.

use std::collections::BTreeMap;

use super::{Names, Reader, unknown};
use crate::format::tables::{ID, STATE};
use crate::manifest::{TimelineEntry, Version};
use crate::words::State;
use crate::yaml::Node;
use touchstone_diagnostics::Problem;

impl Reader {
    /// The entries, newest first: their order in the text does not matter (SCS-0003-v1, "Timeline entry").
    pub(super) fn timeline(&mut self, root: &Node, versions: &[Version]) -> Vec<TimelineEntry> {
        let mut dates = Names::default();
        let mut entries = self.items(root, "timeline", |reader, node| {
            let at = node.field("date")?;
            let date = reader.date(at);
            if let Some(date) = date
                && let Err(problem) = dates.define(&date.to_string(), at.span, "the timeline's entry for")
            {
                reader.problems.push(problem);
            }
            let mut states = BTreeMap::new();
            for (name, span, value) in reader.named(node, "versions", &ID) {
                if reader.versions.lacks(&name) {
                    let message = format!("there is no version `{name}`");
                    unknown(&mut reader.problems, span, message, &name, &reader.versions);
                }
                if let Some(state) = reader.parsed::<State>(value, &STATE) {
                    states.insert(name, (state, value.span));
                }
            }
            let date = date?;
            for version in versions {
                let Some((state @ (State::Effective | State::Warn), span)) = states.get(&version.name) else {
                    continue;
                };
                if version.stabilized_at.is_none_or(|stabilized_at| stabilized_at > date) {
                    let message = format!(
                        "the version `{}` cannot be {state} on {date}: it is not stable then",
                        version.name
                    );
                    let problem = Problem::new(*span, message).related(version.span, "the version");
                    reader.problems.push(problem.help(
                        "give the version a `stabilized_at` that is not later, or make it `draft` here",
                    ));
                }
            }
            let states = states.into_iter().map(|(name, (state, _))| (name, state)).collect();
            Some(TimelineEntry { date, states, span: at.span })
        });
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.date));
        entries
    }
}
