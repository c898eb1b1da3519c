//! What a server printed on its console, as far as the commands of the user data did.

use std::collections::BTreeMap;

const MARKER: &str = "_touchstone-";

/// The marked lines, by section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sections(BTreeMap<String, Vec<String>>);

impl Sections {
    /// Reads a console. Before a marker there may be anything: the time, the name of the process.
    pub(crate) fn of(console: &str) -> Self {
        let mut sections = Sections::default();
        for (name, text) in console.lines().filter_map(marked) {
            sections.0.entry(name.to_owned()).or_default().push(text.to_owned());
        }
        sections
    }

    /// The lines of a section, without those that are empty.
    pub(crate) fn lines(&self, section: &str) -> Vec<&str> {
        let lines = self.0.get(section).map(Vec::as_slice).unwrap_or_default();
        lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect()
    }
}

fn marked(line: &str) -> Option<(&str, &str)> {
    let (_, marked) = line.split_once(MARKER)?;
    let end = marked.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).filter(|end| *end > 0)?;
    let text = marked[end..].strip_prefix(':')?;
    // Of an empty line, the space at the end may get lost on the way.
    let text = if text.is_empty() { text } else { text.strip_prefix(' ')? };
    Some((&marked[..end], text.trim()))
}

/// Whether the commands have all been run. Their own text, should it be printed, is not taken for what they print.
pub(crate) fn has_ended(console: &str) -> bool {
    let end = format!("{MARKER}end");
    console.match_indices(&end).any(|(at, _)| {
        let next = console[at + end.len()..].chars().next();
        next.is_none_or(|c| !(c.is_alphanumeric() || "-:\"'".contains(c)))
    })
}

/// The last lines, for people.
pub(crate) fn tail(console: &str) -> Vec<String> {
    const LINES: usize = 10;
    const CHARACTERS: usize = 160;
    let lines: Vec<&str> = console.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let first = lines.len().saturating_sub(LINES);
    lines[first..].iter().map(|line| line.chars().take(CHARACTERS).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_lines_are_found_wherever_they_begin() {
        let console = "[    0.0] Linux version 6.12\r\n\
            [   70.439502] cloud-init[513]: _touchstone-entropy-avail: 256\r\n\
            _touchstone-fips-test: rngtest 5\n\
            _touchstone-fips-test:\n\
            _touchstone-fips-test: \n\
            noise _touchstone-fips-test: rngtest: FIPS 140-2 failures: 1  \n\
            _touchstone-end\n";
        let sections = Sections::of(console);
        assert_eq!(sections.lines("entropy-avail"), ["256"]);
        assert_eq!(sections.lines("fips-test"), ["rngtest 5", "rngtest: FIPS 140-2 failures: 1"]);
        assert!(sections.lines("rngd").is_empty());
        assert!(has_ended(console));
    }

    #[test]
    fn what_only_looks_like_a_marker_is_none() {
        for line in [
            "touchstone-rngd: x",
            "_touchstone-rngd x",
            "_touchstone-: x",
            "_touchstone-rngd:x",
            "_touchstone-RNGD: x",
            "_touchstone-rng",
            "_touchstone-",
        ] {
            assert_eq!(Sections::of(line), Sections::default(), "{line}");
        }
    }

    #[test]
    fn the_end_is_what_is_printed_not_the_command_that_prints_it() {
        for ended in ["_touchstone-end", "[ 7.1] x: _touchstone-end\r\n", "_touchstone-end[  71.2] systemd"] {
            assert!(has_ended(ended), "{ended:?}");
        }
        for running in
            ["", "echo \"_touchstone-end\"", "'_touchstone-end'", "_touchstone-ending", "_touchstone-end-x"]
        {
            assert!(!has_ended(running), "{running:?}");
        }
        assert!(has_ended("echo \"_touchstone-end\"\n_touchstone-end\n"));
    }

    #[test]
    fn the_tail_is_short() {
        let console: String = (0..100).map(|i| format!("{i} {}\r\n\r\n", "é".repeat(500))).collect();
        let tail = tail(&console);
        assert_eq!(tail.len(), 10);
        assert!(tail[9].starts_with("99 ") && tail.iter().all(|line| line.chars().count() == 160));
        assert!(super::tail("").is_empty());
    }
}
