//! What a night looks like on a terminal: a pure model, told what happens and when, and drawn in few lines.

mod draw;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::escape::one_line;

/// How often the plain form sums up, at most.
const SUMMARY_EVERY: Duration = Duration::from_secs(60);

/// Lines that wait to be shown above, at most; what comes on top of them is counted only.
const MAX_WAITING_LINES: usize = 1000;

/// The state of a night over many subjects. All times are since the night began; texts are made safe here.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// Subjects in all.
    total: usize,
    /// Of these, those that an earlier process had done.
    before: usize,
    running: BTreeMap<String, Running>,
    done: usize,
    /// By verdict.
    verdicts: BTreeMap<String, usize>,
    retries: usize,
    said: VecDeque<String>,
    unsaid: usize,
    summed_up: Duration,
    plain: bool,
}

#[derive(Clone, Debug)]
struct Running {
    since: Duration,
    attempt: u32,
    testcases: usize,
    judged: usize,
    doing: String,
}

impl Board {
    /// A night over so many subjects, of which none runs yet. `plain` is for what is no terminal: each subject that is done is a
    /// line, not only those that are not PASS.
    pub fn new(total: usize, plain: bool) -> Board {
        Board { total, plain, ..Board::default() }
    }

    /// So many subjects were done by an earlier process.
    pub fn were_done(&mut self, subjects: usize) {
        self.before += subjects;
        self.done += subjects;
    }

    /// A subject's turn has come.
    pub fn started(&mut self, now: Duration, subject: &str) {
        let new = Running { since: now, attempt: 1, testcases: 0, judged: 0, doing: String::new() };
        self.running.insert(one_line(subject), new);
    }

    /// A subject has so many testcases, all its scopes together.
    pub fn testcases(&mut self, subject: &str, testcases: usize) {
        if let Some(running) = self.running.get_mut(&one_line(subject)) {
            running.testcases = testcases;
        }
    }

    /// One more testcase of a subject is judged.
    pub fn judged(&mut self, subject: &str) {
        if let Some(running) = self.running.get_mut(&one_line(subject)) {
            running.judged += 1;
        }
    }

    /// What a subject is at: a check, `removing 3 things`, `waiting 30 s`.
    pub fn doing(&mut self, subject: &str, what: &str) {
        if let Some(running) = self.running.get_mut(&one_line(subject)) {
            running.doing = one_line(what);
        }
    }

    /// A subject is tried again: `attempt` is 2 for the second time.
    pub fn retried(&mut self, subject: &str, attempt: u32, why: &str) {
        self.retries += 1;
        if let Some(running) = self.running.get_mut(&one_line(subject)) {
            (running.attempt, running.judged, running.doing) = (attempt, 0, one_line(why));
        }
    }

    /// A subject is done, and its worst verdict is `verdict`; `why` is a few words: what fails, or why it did not finish.
    pub fn done(&mut self, now: Duration, subject: &str, verdict: &str, why: &str) {
        let (subject, verdict) = (one_line(subject), one_line(verdict));
        let since = self.running.remove(&subject).map_or(now, |running| running.since);
        self.done += 1;
        if self.plain || verdict != "PASS" {
            let took = draw::clock(now.saturating_sub(since));
            let colon = if why.is_empty() { "" } else { ": " };
            self.say(format!("{verdict:<4}  {subject} ({took}){colon}{}", one_line(why)));
        }
        *self.verdicts.entry(verdict).or_default() += 1;
    }

    /// Something else that people should see, once.
    pub fn note(&mut self, text: &str) {
        self.say(one_line(text));
    }

    /// The lines that are to be shown above, each once: oldest first.
    pub fn take_said(&mut self) -> Vec<String> {
        let mut lines: Vec<String> = self.said.drain(..).collect();
        if self.unsaid > 0 {
            lines.push(format!("… and {} more", std::mem::take(&mut self.unsaid)));
        }
        lines
    }

    /// The lines of the plain form that are new: [`Board::take_said`], and at most once a minute what is going on.
    pub fn take_plain(&mut self, now: Duration) -> Vec<String> {
        let mut lines = self.take_said();
        if now.saturating_sub(self.summed_up) >= SUMMARY_EVERY && self.done < self.total {
            self.summed_up = now;
            lines.push(self.summary(now, usize::MAX));
        }
        lines
    }

    /// Whether every subject is done.
    pub fn is_over(&self) -> bool {
        self.done >= self.total
    }

    fn say(&mut self, line: String) {
        if self.said.len() < MAX_WAITING_LINES {
            self.said.push_back(line);
        } else {
            self.unsaid += 1;
        }
    }

    /// How long it will take yet, if it goes on as until now; nothing if it is too early to say.
    fn remaining(&self, now: Duration) -> Option<Duration> {
        let here = self.done.checked_sub(self.before).filter(|done| *done >= 3)?;
        let open = self.total.saturating_sub(self.done);
        // What runs is half done, on the average.
        let half = self.running.len().min(open) as f64 / 2.0;
        let rate = (here as f64 + half) / now.as_secs_f64().max(0.001);
        Some(Duration::from_secs_f64((open as f64 - half) / rate))
    }
}

#[cfg(test)]
mod tests;
