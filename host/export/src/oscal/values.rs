//! Values as OSCAL's data types have them.

use serde_json::{Value, json};

use crate::identifiers::uuid;
use crate::texts::{line, markdown, short};

/// The namespace of our properties. It names them, and need not lead anywhere.
const NAMESPACE: &str = "https://github.com/SovereignCloudStack/touchstone/ns/oscal";
/// Characters of a text that OSCAL wants on one line.
const LONGEST_LINE: usize = 1_000;
/// Characters of an identifier.
const LONGEST_TOKEN: usize = 200;

/// `string`: not empty, without space at either end.
pub(super) fn string(text: &str) -> String {
    let text = short(text, LONGEST_LINE);
    let trimmed = text.trim();
    if trimmed.is_empty() { "-".to_owned() } else { trimmed.to_owned() }
}

/// `markup-multiline` that shows the text as it is.
pub(super) fn markup(text: &str) -> String {
    let text = markdown(text);
    if text.trim().is_empty() { "-".to_owned() } else { text }
}

/// `markup-line` that shows the parts of a title.
pub(super) fn titled(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| short(part, LONGEST_LINE)).collect();
    let title = markdown(&parts.concat());
    if title.trim().is_empty() { "-".to_owned() } else { title.trim().to_owned() }
}

/// `markup-multiline`: a list.
pub(super) fn list(lines: &[String]) -> String {
    let items: Vec<String> = lines.iter().map(|one| format!("- {}", markdown(one))).collect();
    items.join("\n")
}

/// `token`: a name of XML without colons. Others are made to one, and stay different from each other.
pub(super) fn token(text: &str) -> String {
    let ok = |at: usize, c: char| match c {
        'a'..='z' | 'A'..='Z' | '_' => true,
        '0'..='9' | '.' | '-' => at > 0,
        _ => false,
    };
    if !text.is_empty() && text.len() <= LONGEST_TOKEN && text.char_indices().all(|(at, c)| ok(at, c)) {
        return text.to_owned();
    }
    let made: String = text.chars().take(LONGEST_TOKEN / 2).map(|c| if ok(1, c) { c } else { '_' }).collect();
    let told_apart = uuid("token", &[text]).simple().to_string();
    format!("_{made}-{}", &told_apart[..8])
}

/// A property of ours.
pub(super) fn prop(name: &str, value: &str) -> Value {
    json!({"name": name, "ns": NAMESPACE, "value": string(&line(value))})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_or_become_tokens() {
        assert_eq!(token("scs-0103-flavor-1v-4"), "scs-0103-flavor-1v-4");
        assert_eq!(token("v5.1"), "v5.1");
        for odd in ["", "1v", "a b", "a:b", "ä", "-x", "a\u{202e}"] {
            let made = token(odd);
            assert!(made.starts_with('_'), "{made}");
            assert!(made.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{made}");
        }
        assert_ne!(token("a b"), token("a:b"));
        assert_ne!(token("a b"), token(&token("a b")[..4]));
    }

    #[test]
    fn strings_are_trimmed_and_never_empty() {
        assert_eq!(string(" a b \n"), "a b \\n");
        assert_eq!(string("   "), "-");
        assert_eq!(titled(&[" ", ""]), "-");
    }
}
