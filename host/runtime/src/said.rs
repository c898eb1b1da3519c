/// What a check said about a testcase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be found out.
    Dnf,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
}

/// Something that a check found out. Its texts are the check's: escape them before showing them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// For people.
    pub message: String,
    /// What it is about.
    pub resource: Option<Resource>,
    /// The paragraph of the standard.
    pub requirement: Option<String>,
}

/// A resource of the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Resource {
    pub service: String,
    pub kind: String,
    pub id: Option<String>,
    pub name: Option<String>,
}

/// Hears what a check says, as it says it, and keeps it: nothing is lost when the check traps later. Called from the
/// thread that runs the check; must not block.
pub trait Listener: Send + Sync {
    /// The check said something about a testcase; possibly one that is not its own.
    fn outcome(&self, testcase: &str, verdict: Verdict, reason: &str);
    /// The check added a finding.
    fn finding(&self, testcase: &str, finding: Finding);
    /// The check wrote a line.
    fn log(&self, level: LogLevel, message: &str);
}

/// The text, cut to `max` bytes at a character's boundary.
pub(crate) fn cut(mut text: String, max: usize) -> String {
    if text.len() > max {
        let end = (0..=max).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("abc".into(), 3), "abc");
        assert_eq!(cut("abcd".into(), 3), "abc…");
        assert_eq!(cut("aéé".into(), 2), "a…");
    }
}
