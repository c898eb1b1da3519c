//! Text of guests and clouds, made safe to show.
//!
//! Names of resources, messages of checks and answers of services are written by people whom the reader has no
//! reason to trust. Shown as they are, they could move the cursor, recolour a verdict, swap letters (bidi
//! overrides) or hide some (zero-width characters).

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// Combining marks in a row that are shown as they are: enough for the world's languages, too few to smear over
/// the lines above.
const MARKS_IN_A_ROW: usize = 3;

/// `text` with every character that a terminal would obey or not show written as `\u{…}` instead.
///
/// These are control characters (line breaks and tabs become `\n`, `\r`, `\t`), characters that change the direction
/// of text, invisible characters, spaces that are not the ordinary one, and combining marks beyond three in a row.
/// The result is one line.
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            // A mark at the beginning would be drawn over what stands before the text.
            _ if is_treacherous(c) || marks > MARKS_IN_A_ROW || (marks > 0 && safe.is_empty()) => {
                // Writing to a string cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            _ => safe.push(c),
        }
    }
    safe
}

/// The lines of a text that is not ours, each [`printable`]: its own line breaks count (the tail of a console is unreadable
/// without them), tabs are four spaces. Empty lines, and spaces at the end of lines, are left out.
pub fn printable_lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| printable(line.replace('\t', "    ").trim_end()));
    lines.filter(|line| !line.is_empty()).collect()
}

/// The first `limit` characters of `text`, and a note of how many follow, where there are more.
pub fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} […{} more characters]", &text[..end], text[end..].chars().count()),
    }
}

/// Characters that are obeyed or invisible rather than shown.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            // soft hyphen, Arabic letter mark, Hangul fillers, Mongolian vowel separator
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
            // zero-width characters and direction marks, embeddings and overrides
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            // invisible operators, direction isolates, deprecated format characters
            | '\u{2060}'..='\u{206f}'
            // byte order mark, interlinear annotations, musical format characters
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            // tags and the supplementary variation selectors
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays() {
        for text in ["", "SCS-4V:16:50", "Größe 1 GiB → 2 GiB", "C:\\path", "中文 नमस्ते", "e\u{301}"]
        {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(printable("\x1b[31mPASS\x1b[0m"), "\\u{1b}[31mPASS\\u{1b}[0m");
        assert_eq!(printable("FAIL\rPASS\n\tPASS\x07\x7f"), "FAIL\\rPASS\\n\\tPASS\\u{7}\\u{7f}");
        assert_eq!(printable("\u{9b}31m\u{85}"), "\\u{9b}31m\\u{85}", "C1 controls are obeyed as well");
        assert_eq!(printable("\u{2028}\u{2029}"), "\\u{2028}\\u{2029}");
    }

    #[test]
    fn what_reorders_or_hides_letters_is_written_out() {
        assert_eq!(printable("abc\u{202e}LIAF\u{202c}"), "abc\\u{202e}LIAF\\u{202c}");
        assert_eq!(printable("\u{2066}x\u{2069}\u{200f}\u{61c}"), "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}");
        assert_eq!(
            printable("SCS\u{200b}-\u{feff}4V\u{ad}\u{2060}"),
            "SCS\\u{200b}-\\u{feff}4V\\u{ad}\\u{2060}"
        );
        assert_eq!(printable("\u{e0041}\u{3164}"), "\\u{e0041}\\u{3164}");
        assert_eq!(printable("SCS\u{a0}4V"), "SCS\\u{a0}4V", "looks like a space and is none");
    }

    #[test]
    fn stacks_of_marks_do_not_grow_into_other_lines() {
        let stack = format!("a{}", "\u{301}".repeat(6));
        assert_eq!(printable(&stack), "a\u{301}\u{301}\u{301}\\u{301}\\u{301}\\u{301}");
        assert_eq!(printable("\u{301}a"), "\\u{301}a");
    }

    #[test]
    fn no_character_at_all_comes_through_as_a_control() {
        let all: String = ('\0'..=char::MAX).collect();
        let shown = printable(&all);
        assert!(!shown.chars().any(is_treacherous));
        assert!(!shown.chars().any(char::is_control));
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß!", 3), "äöü […2 more characters]");
    }
}
