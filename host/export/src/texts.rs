//! Texts of clouds, checks and people, as formats can hold them.

use touchstone_report::{Finding, Kind, Place, Severity, cut, kinds, printable, resource_text};

/// Findings of one testcase that are told; the rest is counted. Our JSON has all.
const MOST_FINDINGS: usize = 100;
/// Characters of one finding's message that are told.
const LONGEST_MESSAGE: usize = 2_000;
/// Resources that are named, of those of which the same was found.
const MOST_PLACES: usize = 3;
/// Characters of names.
const LONGEST_NAME: usize = 200;

/// One line that holds nothing invisible and nothing that XML 1.0 forbids.
pub(crate) fn line(text: &str) -> String {
    let safe = printable(text);
    match safe.contains(['\u{fffe}', '\u{ffff}']) {
        true => safe.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"),
        false => safe,
    }
}

/// As [`line()`], of at most so many characters of the text; what is cut says so.
pub(crate) fn short(text: &str, most: usize) -> String {
    line(&cut(text, most))
}

/// A name or an identifier, which is never empty.
pub(crate) fn name(text: &str) -> String {
    let short = short(text, LONGEST_NAME);
    let trimmed = short.trim();
    if trimmed.is_empty() { "(without a name)".to_owned() } else { trimmed.to_owned() }
}

/// At most so many characters, the note about the rest included.
pub(crate) fn within(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    format!("{kept} …")
}

/// Markdown (CommonMark) that shows the text as it is, on one line.
pub(crate) fn markdown(text: &str) -> String {
    let line = line(text);
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        let begins_a_block = at == 0 && (matches!(c, '#' | '+' | '-' | '=' | ':') || c.is_ascii_digit());
        match c {
            // A number begins a list only with what follows it.
            c if begins_a_block && c.is_ascii_digit() => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '!' | '$' => {
                out.extend(['\\', c])
            }
            '.' | ')' if line[..at].chars().all(|c| c.is_ascii_digit()) => out.extend(['\\', c]),
            c if begins_a_block => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// A finding as one line: `error: the name is malformed (compute flavor "SCS-4V:"); see SCS-0100`.
fn finding(finding: &Finding) -> String {
    let mut text = format!("{}: {}", severity(finding.severity), short(&finding.message, LONGEST_MESSAGE));
    if let Some(resource) = &finding.resource {
        text.push_str(&format!(" ({})", line(&resource_text(resource))));
    }
    text.push_str(&see(finding.requirement.as_deref()));
    text
}

/// Findings of one kind as one line, with where they hold, and how to mend the first.
fn kind(kind: &Kind<'_>) -> String {
    let mut text = format!("{}: {}", severity(kind.severity), short(kind.message, LONGEST_MESSAGE));
    let resources = |places: &[Place<'_>]| -> Vec<String> {
        places.iter().filter_map(|place| place.resource).map(|one| line(&resource_text(one))).collect()
    };
    let told = resources(&kind.places[..kind.places.len().min(MOST_PLACES)]);
    if !told.is_empty() {
        let more = match kind.places.len().saturating_sub(MOST_PLACES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.push_str(&format!(" ({}{more})", told.join(", ")));
    }
    if let Some(command) = kind.places.iter().find_map(|place| place.command) {
        text.push_str(&format!(" To mend it: {}", short(command, LONGEST_MESSAGE)));
    }
    text.push_str(&see(kind.requirement));
    text
}

fn see(requirement: Option<&str>) -> String {
    requirement.map(|text| format!("; see {}", short(text, LONGEST_MESSAGE))).unwrap_or_default()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Findings by kind, one a line, at most so many, and how many kinds more there are.
pub(crate) fn by_kind(all: &[Finding], most: usize) -> Vec<String> {
    let all: Vec<&Finding> = all.iter().collect();
    let found = kinds(&all);
    let mut lines: Vec<String> = found.iter().take(most).map(kind).collect();
    if let more @ 1.. = found.len().saturating_sub(most) {
        lines.push(format!("and {more} more kinds of findings; the JSON report has them"));
    }
    lines
}

/// Findings, one a line, and how many more there are.
pub(crate) fn findings(all: &[Finding]) -> Vec<String> {
    let mut lines: Vec<String> = all.iter().take(MOST_FINDINGS).map(finding).collect();
    if let more @ 1.. = all.len().saturating_sub(MOST_FINDINGS) {
        lines.push(format!("and {more} more findings; the JSON report has them"));
    }
    lines
}

/// The text if it is an address (http or https) that any reader can be given: RFC 3986, nothing to be escaped.
pub(crate) fn address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let ok_in_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    let ok = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    let percent = text.split('%').skip(1).all(|after| {
        let mut digits = after.chars().take(2);
        digits.by_ref().filter(char::is_ascii_hexdigit).count() == 2
    });
    let one_fragment = text.matches('#').count() <= 1;
    let fits = text.len() <= 2_000 && percent && one_fragment;
    (fits && !host.is_empty() && host.chars().all(ok_in_host) && rest.chars().all(ok)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_written_out() {
        assert_eq!(line("a\u{0}\u{1b}b\u{fffe}\u{ffff}"), "a\\u{0}\\u{1b}b\\u{fffe}\\u{ffff}");
        assert_eq!(name(" \n"), "\\n");
        assert_eq!(name("  "), "(without a name)");
    }

    #[test]
    fn markdown_shows_what_there_is() {
        assert_eq!(markdown("<b>[x](http://y)*_`"), "\\<b\\>\\[x\\](http://y)\\*\\_\\`");
        assert_eq!(markdown("# x"), "\\# x");
        assert_eq!(markdown("12. x 1. y"), "12\\. x 1. y");
        assert_eq!(markdown("SCS-4V: 16.5 GiB"), "SCS-4V: 16.5 GiB");
    }

    #[test]
    fn addresses_are_those_that_need_no_escaping() {
        let good = "https://docs.scs.community/standards/scs-0100-v3-flavor-naming?x=%20#a";
        assert_eq!(address(good), Some(good));
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https:// a",
            "https://a b",
            "https://a/<b>",
            "https://a/%zz",
            "https://a/%2",
            "https://a/#b#c",
            "ftp://a",
            "https://u:p@h/",
            "https://a/\u{202e}",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }
}
