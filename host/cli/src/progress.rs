use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use touchstone_report::printable;
use touchstone_runner::Event;
use touchstone_scope::{Plan, Verdict};

use crate::terminal;

/// What a run does, while it does it: one line on standard error, on a terminal; nothing elsewhere.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// Checks of which several versions run: only these are shown with theirs.
    several: BTreeSet<String>,
    /// By check, version and testcase.
    verdicts: BTreeMap<(String, String, String), Verdict>,
    running: Vec<String>,
}

impl Told {
    fn name_of(&self, check: &str, version: &str) -> String {
        if self.several.contains(check) { format!("{check} {version}") } else { check.to_owned() }
    }
}

impl Progress {
    pub(crate) fn start(quiet: bool, subject: &str, plan: &Plan) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{spinner} {pos}/{len} testcases  {wide_msg}";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message(format!("logging in to {}", printable(subject)));
        if shown {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let several = plan.units.iter().map(|unit| &unit.check).filter(|check| plan.has_versions(check));
        let told = Told { several: several.cloned().collect(), ..Told::default() };
        Progress { bar, told: Arc::new(Mutex::new(told)) }
    }

    pub(crate) fn tell(&self, event: &Event) {
        let told = &mut *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Admitted { testcases, .. } => return self.bar.set_length(*testcases as u64),
            Event::CheckStarted { check, version } => told.running.push(told.name_of(check, version)),
            Event::CheckEnded { check, version, problem, .. } => {
                let name = told.name_of(check, version);
                // One of them: with other inputs, the same may run more than once.
                if let Some(ended) = told.running.iter().position(|running| *running == name) {
                    told.running.remove(ended);
                }
                if let Some(problem) = problem {
                    self.say(&format!("{}: {}", printable(&name), printable(problem)));
                }
            }
            Event::Removing { thing, .. } => {
                let name = thing.name.as_deref().unwrap_or_default();
                return self.bar.set_message(format!(
                    "removing {} {}",
                    printable(&thing.kind),
                    printable(name)
                ));
            }
            Event::Left { thing, why, .. } => {
                let name = thing.name.as_deref().unwrap_or_default();
                let (kind, name) = (printable(&thing.kind), printable(name));
                return self.say(&format!("{kind} {name} is still there: {}", printable(why)));
            }
            Event::Outcome { check, version, testcase, verdict, .. } => {
                let key = (check.clone(), version.clone(), testcase.clone());
                if told.verdicts.insert(key, *verdict).is_none() {
                    self.bar.inc(1);
                }
            }
            _ => return,
        }
        let count = |verdict: Verdict| told.verdicts.values().filter(|said| **said == verdict).count();
        let counts: Vec<String> = [Verdict::Fail, Verdict::Dnf]
            .into_iter()
            .filter(|verdict| count(*verdict) > 0)
            .map(|verdict| format!("{} {verdict}", count(verdict)))
            .collect();
        let running = told.running.join(", ");
        self.bar.set_message([counts.join(", "), printable(&running)].join("  ").trim().to_owned());
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// A line above the progress.
    fn say(&self, line: &str) {
        // Asked before: `suspend` holds the lock that `is_hidden` takes.
        if !self.bar.is_hidden() {
            self.bar.suspend(|| terminal::note(line));
        }
    }
}
