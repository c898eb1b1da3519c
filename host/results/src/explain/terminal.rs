//! What stands between a subject and PASS, for terminals.

use comfy_table::Cell;
use touchstone_report::{Effect, cut, printable};
use touchstone_scope::Target;

use super::{ExplainedVersion, Explanation, Obstacle};
use crate::table::{day, minute, table, text};

/// So much of a reason is shown, in characters; the report has all of it.
const REASON: usize = 240;

impl Explanation {
    /// As text of `width` columns (at least 40).
    pub fn text(&self, width: u16) -> String {
        let mut out =
            format!("{} in {}, {}\n", printable(&self.subject), printable(&self.scope.name), minute(self.at));
        out.push_str(&match &self.last_run {
            None => "It was never run.\n".to_owned(),
            Some(last) => {
                let why = last
                    .exit_reason
                    .as_deref()
                    .map(|reason| format!(": {}", cut(&printable(reason), REASON)));
                let night = minute(last.started_at);
                format!("Last run: {night}, exit code {}{}\n", last.exit_code, why.unwrap_or_default())
            }
        });
        if self.versions.is_empty() {
            out.push_str("The timeline of the scope shows no version on this day.\n");
        }
        for version in &self.versions {
            out.push_str(&of_version(version, width));
        }
        out
    }
}

fn of_version(version: &ExplainedVersion, width: u16) -> String {
    let mut out = format!(
        "\n{} ({}): {}, {} of {} testcases pass\n",
        printable(&version.name),
        version.state,
        version.verdict,
        version.main.pass,
        version.main.all
    );
    if !version.obstacles.is_empty() {
        let mut rows = table(width);
        for obstacle in &version.obstacles {
            rows.add_row(vec![Cell::new(obstacle.verdict), Cell::new(told(obstacle))]);
        }
        out.push_str(&text(&rows));
    }
    for expiring in &version.expiring {
        out.push_str(&format!(
            "PASS until {}: {}\n",
            minute(expiring.expires_at),
            printable(&expiring.testcase)
        ));
    }
    out
}

fn told(obstacle: &Obstacle) -> String {
    let mut notes = Vec::new();
    if obstacle.target != Target::Main {
        notes.push(format!("{}, for information", obstacle.target));
    }
    notes.extend(obstacle.waiver.map(|effect| match effect {
        Effect::Waived => "waived".to_owned(),
        Effect::Annotated => "waiver noted; it counts nevertheless".to_owned(),
        Effect::Expired => "its waiver has expired".to_owned(),
    }));
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    let mut lines = vec![format!("{}{notes}", printable(&obstacle.testcase))];
    if !obstacle.reason.is_empty() {
        lines.push(cut(&printable(&obstacle.reason), REASON));
    }
    let mut when = Vec::new();
    match (&obstacle.since, obstacle.expired_at) {
        (_, Some(at)) => when.push(format!("expired {}", minute(at))),
        (Some(since), None) => when.push(format!("since the night {}", printable(&since.night))),
        (None, None) => {}
    }
    match &obstacle.last_pass {
        Some(pass) => when.push(format!("last PASS {}, run {}", day(pass.checked_at), printable(&pass.run))),
        None if obstacle.since.is_some() => when.push("never PASS".to_owned()),
        None => {}
    }
    if !when.is_empty() {
        lines.push(when.join("; "));
    }
    lines.join("\n")
}
