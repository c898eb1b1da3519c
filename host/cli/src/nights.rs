use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressDrawTarget;
use jiff::Timestamp;
use touchstone_nightly::{Listener, NightEvent};
use touchstone_observe::{Delivery, Metrics, Progress, Show, SubjectOutcome};
use touchstone_report::{number, printable};
use touchstone_runner::Event;
use touchstone_scope::Verdict;

use crate::terminal;

/// What nights do, while they do it: progress on standard error, and numbers for Prometheus. Everything that is shown of a night
/// is made of its events.
#[derive(Clone)]
pub(crate) struct Nights {
    shown: Arc<Mutex<Shown>>,
    metrics: Metrics,
    /// The file for node_exporter, if there is one.
    textfile: Option<PathBuf>,
}

struct Shown {
    quiet: bool,
    progress: Option<Progress>,
    /// Testcases of the runs of a subject so far.
    testcases: BTreeMap<String, usize>,
    /// How many subjects have ended with which verdict.
    verdicts: BTreeMap<Verdict, usize>,
}

impl Nights {
    pub(crate) fn start(quiet: bool, textfile: Option<PathBuf>) -> Self {
        let shown = Shown { quiet, progress: None, testcases: BTreeMap::new(), verdicts: BTreeMap::new() };
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        Nights { shown: Arc::new(Mutex::new(shown)), metrics, textfile }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Where events go.
    pub(crate) fn listener(&self) -> Listener {
        let nights = self.clone();
        Arc::new(move |event| {
            nights.count(&event);
            nights.shown.lock().unwrap_or_else(PoisonError::into_inner).tell(event);
        })
    }

    fn count(&self, event: &NightEvent) {
        let metrics = &self.metrics;
        match event {
            NightEvent::Begun { subjects, subjects_done, .. } => {
                metrics.night_started(Timestamp::now(), *subjects);
                metrics.subjects_were_done(*subjects_done);
            }
            NightEvent::SubjectStarted { .. } => metrics.subject_started(),
            NightEvent::SubjectEnded { exit_codes, .. } => {
                metrics.subject_ended(match exit_codes.last() {
                    None => SubjectOutcome::Interrupted,
                    Some(4) => SubjectOutcome::Unreachable,
                    Some(3) => SubjectOutcome::GaveUp,
                    Some(_) => SubjectOutcome::Judged,
                });
            }
            NightEvent::Started { attempt, .. } => metrics.attempt(*attempt > 1),
            NightEvent::Recorded { subject, versions, left, took, late: false, .. } => {
                let worst = versions.iter().map(|version| version.verdict).min().unwrap_or(Verdict::Miss);
                metrics.run_ended(worst.word(), *took);
                metrics.report_recorded();
                metrics.left(subject, *left);
            }
            NightEvent::Cleaned { subject, problems, .. } => metrics.left(subject, problems.len()),
            NightEvent::Judged { subject, scope, version, verdict } => {
                metrics.verdict(subject, scope, version, verdict.word());
            }
            NightEvent::Delivered { kind, problem, is_final, .. } => {
                let outcome = match (problem, is_final) {
                    (None, _) => Delivery::Accepted,
                    (Some(_), true) => Delivery::Refused,
                    (Some(_), false) => Delivery::Retried,
                };
                metrics.delivery(kind, outcome);
            }
            NightEvent::Outbox { kind, waiting, oldest } => {
                metrics.outbox(kind, usize::try_from(*waiting).unwrap_or(usize::MAX), *oldest);
            }
            NightEvent::Ended { interrupted: true, .. } => metrics.night_interrupted(),
            NightEvent::Ended { .. } => {
                metrics.night_finished(Timestamp::now());
                self.write_textfile();
            }
            _ => {}
        }
    }

    fn write_textfile(&self) {
        let Some(file) = &self.textfile else { return };
        if let Err(error) = self.metrics.write_textfile(file) {
            tracing::error!(%error, file = %file.display(), "the metrics cannot be written");
        }
    }

    /// Ends what is shown; what is to be said is said before.
    pub(crate) fn end(&self) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).progress = None;
        self.write_textfile();
    }
}

impl Shown {
    fn tell(&mut self, event: NightEvent) {
        if let NightEvent::Begun { night, runs, recorded, subjects, subjects_done } = &event {
            let goes_on =
                if *recorded > 0 { format!(", of which {recorded} are recorded") } else { String::new() };
            if !self.quiet {
                let (subjects, runs) = (number(*subjects as u64, "subject"), number(*runs as u64, "run"));
                terminal::note(&format!("night {night}: {subjects}, {runs}{goes_on}"));
            }
            let progress = Progress::start(*subjects, self.how());
            progress.tell(|board, _| board.were_done(*subjects_done));
            self.progress = Some(progress);
            self.testcases.clear();
            self.verdicts.clear();
            return;
        }
        let Some(progress) = &self.progress else {
            if let NightEvent::Warned { problem } = event {
                terminal::note(&printable(&problem));
            }
            return;
        };
        match event {
            NightEvent::SubjectStarted { subject } => {
                progress.tell(|board, now| board.started(now, &subject));
            }
            NightEvent::SubjectEnded { subject, verdict, why, .. } => {
                if let Some(verdict) = verdict {
                    *self.verdicts.entry(verdict).or_default() += 1;
                }
                let verdict = verdict.map_or("none", Verdict::word);
                progress.tell(|board, now| board.done(now, &subject, verdict, &why));
            }
            NightEvent::Started { subject, attempt, .. } if attempt > 1 => {
                progress.tell(|board, _| board.retried(&subject, attempt, ""));
            }
            NightEvent::Retrying { subject, reason, after, .. } => {
                let doing = format!("again in {} s: {reason}", after.as_secs());
                progress.tell(|board, _| board.doing(&subject, &doing));
            }
            NightEvent::Run { subject, event, .. } => match event {
                Event::Admitted { testcases, .. } => {
                    let all = self.testcases.entry(subject.clone()).or_default();
                    *all += testcases;
                    progress.tell(|board, _| board.testcases(&subject, *all));
                }
                Event::CheckStarted { check, .. } => progress.tell(|board, _| board.doing(&subject, &check)),
                Event::Outcome { .. } => progress.tell(|board, _| board.judged(&subject)),
                Event::Removing { thing, .. } => {
                    progress.tell(|board, _| board.doing(&subject, &format!("removing {}", thing.kind)));
                }
                Event::Left { thing, why, .. } => {
                    let name = thing.name.or(thing.id).unwrap_or_default();
                    let text = format!("{subject}: {} {name} is still there: {why}", thing.kind);
                    progress.tell(|board, _| board.note(&text));
                }
                _ => {}
            },
            NightEvent::Cleaned { subject, removed, problems } => progress.tell(|board, _| {
                if removed > 0 {
                    board.note(&format!("{subject}: {removed} things removed that a killed run had left"));
                }
                problems.iter().for_each(|problem| board.note(&format!("{subject}: {problem}")));
            }),
            NightEvent::Failed { subject, scope, reason } => {
                let scope = scope.map(|scope| format!(" {scope}")).unwrap_or_default();
                progress.tell(|board, _| board.note(&format!("{subject}{scope}: {reason}")));
            }
            NightEvent::Warned { problem } => progress.tell(|board, _| board.note(&problem)),
            NightEvent::Skipped { subject, reason } => {
                progress.tell(|board, _| board.note(&format!("{subject}: not tested: {reason}")));
            }
            NightEvent::Recorded { subject, scope, late: true, .. } => {
                let text = format!(
                    "{subject} {scope}: another process had recorded this run before; it does not count"
                );
                progress.tell(|board, _| board.note(&text));
            }
            NightEvent::Changed { subject, scope, version, before, after } => {
                let word = |verdict: Option<Verdict>| verdict.map_or("none", Verdict::word);
                let text = format!("{subject} {scope} {version}: {} → {}", word(before), word(after));
                progress.tell(|board, _| board.note(&text));
            }
            NightEvent::Delivered { kind, destination, problem: Some(problem), .. } => {
                progress.tell(|board, _| board.note(&format!("{kind} to {destination}: {problem}")));
            }
            NightEvent::Ended { interrupted, .. } => {
                self.progress = None;
                self.sum_up(interrupted);
            }
            _ => {}
        }
    }

    fn sum_up(&self, interrupted: bool) {
        if self.quiet {
            return;
        }
        let counts: Vec<String> =
            self.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        let counts = if counts.is_empty() { "nothing was run".to_owned() } else { counts.join(", ") };
        let more = match interrupted {
            true => "stopped; `touchstone nightly` goes on with the night",
            false => "`touchstone status` shows the compliance table",
        };
        terminal::note(&format!("{counts}; {more}"));
    }

    fn how(&self) -> Show {
        match (self.quiet, std::io::stderr().is_terminal()) {
            (true, _) => Show::Nowhere,
            (false, true) => Show::Terminal(ProgressDrawTarget::stderr(), Box::new(terminal::width)),
            (false, false) => Show::Lines(Box::new(std::io::stderr())),
        }
    }
}
