//! Pattern lists, as ssh_config(5) has them.

/// Patterns of which a text must match one, and none that begins with `!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patterns(Vec<String>);

impl Patterns {
    /// From text: patterns with commas between them. `*` stands for any characters, `?` for one.
    pub(crate) fn new(text: &str) -> Patterns {
        Patterns(text.split(',').map(str::to_owned).collect())
    }

    /// Whether the list lets `text` through.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (mut found, text) = (false, text.as_bytes());
        for pattern in &self.0 {
            match pattern.strip_prefix('!') {
                Some(pattern) if matches(pattern.as_bytes(), text) => return false,
                Some(_) => {}
                None => found |= matches(pattern.as_bytes(), text),
            }
        }
        found
    }
}

/// Goes back to no `*` but the last one: what an earlier one could take, the last one can take as well.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_let_through_what_matches() {
        for (list, text) in [
            ("file", "file"),
            ("git,file", "file"),
            ("*", ""),
            ("*", "anything"),
            ("f?le", "file"),
            ("*@touchstone", "report@touchstone"),
            ("a*b*c", "aXbXbc"),
            ("**", "x"),
            ("a*", "a"),
            ("!git,*", "file"),
        ] {
            assert!(Patterns::new(list).matches(text), "{list}: {text}");
        }
    }

    #[test]
    fn lists_keep_out_what_does_not() {
        for (list, text) in [
            ("file", "File"),
            ("file", "files"),
            ("file", ""),
            ("", "file"),
            ("git, file", "file"),
            ("f?le", "fle"),
            ("a*b", "abc"),
            ("?", ""),
            ("!git", "file"),
            ("*,!git", "git"),
            ("!g*,git", "git"),
        ] {
            assert!(!Patterns::new(list).matches(text), "{list}: {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&b"*a".repeat(2000), &[b'a'; 1999]));
        assert!(!matches(&[b"*a".repeat(500), b"b".to_vec()].concat(), &[b'a'; 5000]));
    }
}
