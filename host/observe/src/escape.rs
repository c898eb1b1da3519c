//! Text of others in one line, made safe for terminals.

/// `text` with everything that a terminal would obey or not show written as Rust does (`\n`, `\u{1b}`), in one line: control
/// characters, what changes the direction of text, invisible characters. Quotes and backslashes stay.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => line.push(c),
            _ => line.extend(c.escape_debug()),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_obeyed_or_hidden_is_written_out() {
        assert_eq!(one_line("Größe \"1\" C:\\x → 中文"), "Größe \"1\" C:\\x → 中文");
        assert_eq!(one_line("\x1b[2J\r\n\t\0\x7f\u{9b}"), "\\u{1b}[2J\\r\\n\\t\\0\\u{7f}\\u{9b}");
        assert_eq!(one_line("\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{ad}"), {
            "\\u{202e}\\u{2066}\\u{200b}\\u{2028}\\u{feff}\\u{ad}"
        });
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!one_line(&all).chars().any(char::is_control));
    }
}
