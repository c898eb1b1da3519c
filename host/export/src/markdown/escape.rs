//! Text that is shown as it is, whatever it holds.

use crate::view::Link;

/// A text; its line breaks stay. It may stand in a paragraph, in an item of a list, or in a cell of a table.
pub(super) fn text(text: &str) -> String {
    let lines = text.split('\n').map(line);
    lines.collect::<Vec<_>>().join("<br>")
}

/// A text as code: for what people copy. It may stand in a cell of a table as well.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim() != text { " " } else { "" };
    match text.trim().is_empty() {
        true => "(empty)".to_owned(),
        // In a table, and only there, a bar ends a cell, even in code: HTML has no such bars.
        false if text.contains('|') => format!("<code>{}</code>", line(&text)),
        false => format!("{fence}{pad}{text}{pad}{fence}"),
    }
}

/// A link that shows its address.
pub(super) fn link(link: &Link) -> String {
    format!("[{}](<{}>)", text(&link.text), link.url)
}

fn line(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut rest = line.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, next)| *next);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Formulas at GitHub and GitLab.
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => out.extend(['\\', c]),
            // Who is named is not told, and what looks like an address or an issue is not linked.
            '@' | '#' if next.is_some_and(char::is_alphanumeric) => out.extend(escaped(c)),
            ':' if line[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if line[..at].to_ascii_lowercase().ends_with("www") => out.push_str("&#46;"),
            // Headings and items of lists.
            '#' | '+' | '-' | '=' | ':' if at == 0 => out.extend(['\\', c]),
            '.' | ')' if at > 0 && at == digits => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// A character, and a space of no width behind it.
fn escaped(c: char) -> impl Iterator<Item = char> {
    let begin = if c == '#' { Some('\\') } else { None };
    begin.into_iter().chain([c]).chain("&#8203;".chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_formats_nothing() {
        for (given, escaped) in [
            ("SCS-4V: 16.5 GiB (ok)", "SCS-4V: 16.5 GiB (ok)"),
            ("a|b", "a\\|b"),
            ("`x` *y* _z_ ~~w~~", "\\`x\\` \\*y\\* \\_z\\_ \\~\\~w\\~\\~"),
            ("<script>&lt;", "&lt;script&gt;&amp;lt;"),
            ("[x](http://y) ![i](z)", "\\[x\\](http&#58;//y) \\!\\[i\\](z)"),
            ("ask @octocat, a@b.example", "ask @&#8203;octocat, a@&#8203;b.example"),
            ("see #12", "see \\#&#8203;12"),
            ("www.example.org", "www&#46;example.org"),
            ("$x$", "&#36;x&#36;"),
            ("# h", "\\# h"),
            ("- i", "\\- i"),
            ("12. i", "12\\. i"),
            ("a\nb", "a<br>b"),
        ] {
            assert_eq!(text(given), escaped, "{given}");
        }
    }

    #[test]
    fn code_holds_whatever_there_is() {
        assert_eq!(code("a b"), "`a b`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a|<b>"), "<code>a\\|&lt;b&gt;</code>");
        assert_eq!(code(" "), "(empty)");
    }
}
