//! A page of at most so many bytes.

/// So much is kept free for what ends the page.
const RESERVED: usize = 1_000;

/// Blocks of text one after the other, as many as there is room for.
pub(super) struct Page {
    text: String,
    most: usize,
    /// How many blocks, and how many testcases, there was no room for.
    cut: (usize, usize),
}

impl Page {
    pub(super) fn new(most: usize) -> Page {
        Page { text: String::new(), most: most.saturating_sub(RESERVED), cut: (0, 0) }
    }

    /// A block, whole or not at all.
    pub(super) fn add(&mut self, block: &str) {
        if !self.fits(block) {
            self.cut.0 += 1;
        }
    }

    /// A block that tells of so many testcases.
    pub(super) fn add_testcases(&mut self, block: &str, testcases: usize) {
        if !self.fits(block) {
            self.cut.1 += testcases;
        }
    }

    /// The beginning of something that has an end: says whether there was room for it.
    #[must_use]
    pub(super) fn open(&mut self, begin: &str) -> bool {
        self.fits(begin)
    }

    /// A part is not told.
    pub(super) fn leave_out_part(&mut self) {
        self.cut.0 += 1;
    }

    /// So many testcases are not told.
    pub(super) fn leave_out(&mut self, testcases: usize) {
        self.cut.1 += testcases;
    }

    /// The end of something that was begun: there is always room for it.
    pub(super) fn close(&mut self, end: &str) {
        self.text.push_str(end);
    }

    pub(super) fn finish(mut self) -> String {
        let note = match self.cut {
            (0, 0) => return self.text,
            (0, testcases) => format!("{testcases} testcases"),
            (parts, 0) => format!("{parts} further parts"),
            (parts, testcases) => format!("{testcases} testcases, and {parts} further parts,"),
        };
        self.text.push_str(&format!(
            "\n> **Cut:** {note} of the report are not shown here; the JSON report has all.\n"
        ));
        self.text
    }

    fn fits(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= self.most;
        if fits {
            self.text.push_str(block);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_begin_does_not_end() {
        let mut page = Page::new(RESERVED + 6);
        assert!(page.open("<x>") && !page.open("<longer>"));
        page.leave_out(2);
        page.leave_out_part();
        assert!(page.finish().contains("**Cut:** 2 testcases, and 1 further parts,"));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut page = Page::new(RESERVED + 6);
        page.add("abc");
        page.add_testcases("abcd", 3);
        page.add_testcases("abc", 1);
        page.add("d");
        page.close("</x>");
        let text = page.finish();
        assert!(
            text.starts_with("abcabc</x>\n> **Cut:** 3 testcases, and 1 further parts, of the report"),
            "{text}"
        );
        let mut page = Page::new(RESERVED + 6);
        page.add("abc");
        assert_eq!(page.finish(), "abc");
    }
}
