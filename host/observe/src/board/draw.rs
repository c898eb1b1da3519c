//! The board in lines.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Board, Running};

/// Subjects that are shown while they run, at most: those that run longest.
const MAX_RUNNING: usize = 8;

/// Columns for a subject's name, at most.
const MAX_NAME: usize = 28;

impl Board {
    /// At most nine lines of at most `width` columns: those that run longest, and a summary.
    pub fn lines(&self, now: Duration, width: usize) -> Vec<String> {
        let mut running: Vec<(&String, &Running)> = self.running.iter().collect();
        running.sort_by_key(|(name, running)| (running.since, *name));
        running.truncate(MAX_RUNNING);
        let most = MAX_NAME.min(width / 3);
        let names = running.iter().map(|(name, _)| name.width()).max().unwrap_or(0).min(most);
        let lines = running.into_iter().map(|(name, one)| row(name, names, one, now));
        let mut lines: Vec<String> = lines.map(|line| cut(line.trim_end(), width)).collect();
        lines.push(self.summary(now, width));
        lines
    }

    /// One line of at most `width` columns; what matters least is left out first.
    pub(super) fn summary(&self, now: Duration, width: usize) -> String {
        let count = |verdict: &str| self.verdicts.get(verdict).copied().unwrap_or(0);
        let waiting = self.total.saturating_sub(self.done + self.running.len());
        let mut parts = vec![(0, format!("{}/{} done", self.done, self.total))];
        for verdict in ["FAIL", "MISS", "DNF"] {
            if count(verdict) > 0 {
                parts.push((1, format!("{} {verdict}", count(verdict))));
            }
        }
        if !self.running.is_empty() {
            parts.push((4, format!("{} running", self.running.len())));
        }
        if waiting > 0 {
            parts.push((6, format!("{waiting} waiting")));
        }
        if self.retries > 0 {
            let word = if self.retries == 1 { "retry" } else { "retries" };
            parts.push((5, format!("{} {word}", self.retries)));
        }
        parts.push((2, clock(now)));
        if let Some(remaining) = self.remaining(now).filter(|_| !self.is_over()) {
            parts.push((3, format!("{} to go", roughly(remaining))));
        }
        loop {
            let line = parts.iter().map(|(_, part)| part.as_str()).collect::<Vec<_>>().join("  ");
            let least = parts.iter().map(|(matters, _)| *matters).max().unwrap_or(0);
            if line.width() <= width || least == 0 {
                return cut(&line, width);
            }
            parts.retain(|(matters, _)| *matters != least);
        }
    }
}

/// `  gx-scs   12/42    3:12  try 2  scs-0103-standard-flavors`
fn row(name: &str, names: usize, one: &Running, now: Duration) -> String {
    let name = cut(name, names);
    let space = " ".repeat(names - name.width());
    let judged = if one.testcases == 0 { String::new() } else { format!("{}/{}", one.judged, one.testcases) };
    let again = if one.attempt > 1 { format!("  try {}", one.attempt) } else { String::new() };
    format!("  {name}{space}  {judged:>7}  {:>7}{again}  {}", clock(now.saturating_sub(one.since)), one.doing)
}

/// `0:09`, `12:05`, `1:02:03`
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// No more exact than anybody knows.
fn roughly(time: Duration) -> String {
    match time.as_secs() {
        0..90 => format!("{} s", time.as_secs().div_ceil(10).max(1) * 10),
        seconds @ 90..5400 => format!("{} min", seconds.div_ceil(60)),
        seconds @ 5400..360_000 => format!("{} h", seconds.div_ceil(3600)),
        _ => "days".to_owned(),
    }
}

/// The text, as far as it fits into so many columns.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut columns = 0;
    let fits = |c: &char| {
        columns += c.width().unwrap_or(0);
        columns < width
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    if width > 0 {
        cut.push('…');
    }
    cut
}
