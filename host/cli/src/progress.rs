use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use touchstone_report::printable;
use touchstone_runner::Event;
use touchstone_scope::Verdict;

use crate::terminal;

/// What a run does, while it does it: one line on standard error, on a terminal; nothing elsewhere.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    verdicts: BTreeMap<(String, String), Verdict>,
    running: Vec<String>,
}

impl Progress {
    pub(crate) fn start(quiet: bool, subject: &str) -> Self {
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
        Progress { bar, told: Arc::default() }
    }

    pub(crate) fn tell(&self, event: &Event) {
        let told = &mut *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Admitted { testcases, .. } => return self.bar.set_length(*testcases as u64),
            Event::CheckStarted { check } => told.running.push(check.clone()),
            Event::CheckEnded { check, problem, .. } => {
                told.running.retain(|running| running != check);
                if let Some(problem) = problem {
                    self.say(&format!("{}: {}", printable(check), printable(problem)));
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
            Event::Outcome { check, testcase, verdict, .. } => {
                if told.verdicts.insert((check.clone(), testcase.clone()), *verdict).is_none() {
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
