use crate::limits::MAX_TEXT;

/// Where a check printed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    Output,
    Error,
}

/// Makes lines of what a check prints piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// Hands over each line that is whole now. One that gets too long is ended.
    pub(crate) fn take(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for &byte in bytes {
            if byte != b'\n' {
                self.begun.push(byte);
            }
            if byte == b'\n' || self.begun.len() >= MAX_TEXT {
                line(String::from_utf8_lossy(&self.begun).into_owned());
                self.begun.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together() {
        struct Taken(Lines);
        impl Taken {
            fn take(&mut self, bytes: &[u8]) -> Vec<String> {
                let mut all = Vec::new();
                self.0.take(bytes, |line| all.push(line));
                all
            }
        }
        let mut lines = Taken(Lines::default());
        assert!(lines.take(b"hel").is_empty());
        assert_eq!(lines.take(b"lo\n\nwor"), ["hello", ""]);
        assert_eq!(lines.take(b"ld\xff\n"), ["world\u{fffd}"]);
        let long = vec![b'x'; 2 * MAX_TEXT + 1];
        assert_eq!(lines.take(&long).iter().map(String::len).collect::<Vec<_>>(), [MAX_TEXT, MAX_TEXT]);
        assert_eq!(lines.take(b"\n"), ["x"]);
    }
}
