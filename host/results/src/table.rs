//! Tables and words that all outputs share.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use jiff::{Timestamp, tz::Offset};
use touchstone_report::printable;

const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

/// An empty table of `width` columns, at least 40.
pub(crate) fn table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(40));
    table
}

/// The same with a line between rows, where rows have several lines.
pub(crate) fn ruled_table(width: u16) -> Table {
    let mut table = table(width);
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table
}

/// A table as lines without spaces at their ends.
pub(crate) fn text(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A moment to the minute: `2026-11-27 02:30 UTC`.
pub(crate) fn minute(at: Timestamp) -> String {
    Offset::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A day: `2026-11-27`.
pub(crate) fn day(at: Timestamp) -> String {
    Offset::UTC.to_datetime(at).date().to_string()
}

/// Text that means only itself in a cell of Markdown, whatever renders it.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        if c.is_ascii_punctuation() && !",.;:()/'\"?%=+-".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A link in Markdown, if the address is one of the web; else the address as text.
pub(crate) fn link(text: &str, url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let url =
                url.as_str().replace('<', "%3C").replace('>', "%3E").replace('|', "%7C").replace('\\', "%5C");
            format!("[{}](<{url}>)", escaped(text))
        }
        _ => escaped(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_only_itself() {
        assert_eq!(escaped("a|b [c](javascript:x) <b>*_`"), r"a\|b \[c\](javascript:x) \<b\>\*\_\`");
        assert_eq!(escaped("v5.1, next"), "v5.1, next");
        assert_eq!(escaped("a\nb\u{202e}"), "a\\\\nb\\\\u\\{202e\\}");
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert_eq!(link("HM", "https://example.org/a?b=c|d"), "[HM](<https://example.org/a?b=c%7Cd>)");
        assert_eq!(link("HM", "javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(link("HM", "(soon)"), "(soon)");
        assert!(!link("HM", "https://example.org/>x<").contains(">x"));
    }
}
