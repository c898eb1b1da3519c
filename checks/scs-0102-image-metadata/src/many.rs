//! Judging thousands of images: everything is counted, and as many are shown as a person would read.

use touchstone_sdk::{Error, Severity, Testee};

use crate::dates::Moment;
use crate::image::Image;
use crate::rules::{Judge, Rule};

/// How many images of each testcase are shown. A run of the check has room for 1,000 findings.
const SHOWN: usize = 20;
/// How many remarks of each testcase are shown that have no influence on the verdict.
const SHOWN_ASIDE: usize = 10;

/// Judges one testcase for all images.
pub(crate) fn judge(images: &[Image], rule: &Rule, now: Moment, t: &mut Testee) -> Result<(), Error> {
    let mut notes = Notes::default();
    match rule.judge {
        Judge::Each(judge) => images.iter().for_each(|image| judge(image, now, &mut notes)),
        Judge::All(judge) => judge(images, now, &mut notes),
    }
    notes.tell(images.len(), rule, t)
}

/// What was found out about images.
#[derive(Debug, Default)]
pub(crate) struct Notes<'a> {
    wrong: Tally<'a>,
    unknown: Tally<'a>,
    aside: Tally<'a>,
}

/// Something about an image.
#[derive(Debug)]
struct Note<'a> {
    severity: Severity,
    image: &'a Image,
    message: String,
    command: Option<String>,
}

/// The first notes, and how many images there are notes about in all.
#[derive(Debug, Default)]
struct Tally<'a> {
    shown: Vec<Note<'a>>,
    images: usize,
    last: Option<&'a Image>,
}

impl<'a> Notes<'a> {
    /// Notes that an image violates the standard, and the command that mends it, if there is one.
    pub(crate) fn wrong(&mut self, image: &'a Image, message: String, command: impl Into<Option<String>>) {
        self.wrong.add(SHOWN, Note { severity: Severity::Error, image, message, command: command.into() });
    }

    /// Notes that it cannot be found out whether an image violates the standard.
    pub(crate) fn unknown(&mut self, image: &'a Image, message: String, command: impl Into<Option<String>>) {
        let note = Note { severity: Severity::Warning, image, message, command: command.into() };
        self.unknown.add(SHOWN_ASIDE, note);
    }

    /// Notes something that has no influence on the verdict.
    pub(crate) fn aside(
        &mut self,
        severity: Severity,
        image: &'a Image,
        message: String,
        command: impl Into<Option<String>>,
    ) {
        self.aside.add(SHOWN_ASIDE, Note { severity, image, message, command: command.into() });
    }

    fn tell(self, total: usize, rule: &Rule, t: &mut Testee) -> Result<(), Error> {
        let summary = |tally: &Tally<'_>, what: &str| match (tally.shown.first(), tally.images) {
            (Some(note), 1) => format!("image {}: {}", name(note.image), note.message),
            (_, images) => {
                format!("{} of {} public images: {what}", grouped(images as u64), grouped(total as u64))
            }
        };
        if self.wrong.images > 0 {
            t.summarize(summary(&self.wrong, rule.what));
        } else if total == 0 {
            t.summarize("there are no public images");
        }
        let cannot_say = (self.unknown.images > 0)
            .then(|| summary(&self.unknown, "it cannot be found out whether they are as they should be"));
        for tally in [self.wrong, self.unknown, self.aside] {
            tally.tell(rule, t);
        }
        match cannot_say {
            Some(why) => Err(Error::new(why)),
            None => Ok(()),
        }
    }
}

impl<'a> Tally<'a> {
    fn add(&mut self, limit: usize, note: Note<'a>) {
        if !self.last.is_some_and(|last| std::ptr::eq(last, note.image)) {
            self.images += 1;
            self.last = Some(note.image);
        }
        if self.shown.len() < limit {
            self.shown.push(note);
        }
    }

    fn tell(self, rule: &Rule, t: &mut Testee) {
        let Some(last) = self.shown.last() else { return };
        let severity = last.severity;
        let shown = 1 + self.shown.windows(2).filter(|two| !std::ptr::eq(two[0].image, two[1].image)).count();
        for note in self.shown {
            let finding = match note.severity {
                Severity::Error => t.violation(note.message),
                Severity::Warning => t.warning(note.message),
                Severity::Info => t.info(note.message),
            };
            finding.about(note.image).required_by(rule.section);
            if let Some(command) = note.command {
                finding.mended_by(command);
            }
        }
        if self.images > shown {
            let more = self.images - shown;
            let plural = if more == 1 { "" } else { "s" };
            let message = format!("and {} more image{plural}", grouped(more as u64));
            match severity {
                Severity::Error => t.violation(message),
                Severity::Warning => t.warning(message),
                Severity::Info => t.info(message),
            }
            .required_by(rule.section);
        }
    }
}

/// The name of an image, or its id where it has none, as messages show it.
pub(crate) fn name(image: &Image) -> String {
    quoted(image.name.as_deref().unwrap_or(&image.id))
}

/// A text of the subject, as messages show it: in backticks, and not endless.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// A number as people read it: `10,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_readable() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (10_000, "10,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(quoted("x"), "`x`");
        assert_eq!(quoted(&"ä".repeat(80)), format!("`{}`", "ä".repeat(80)));
        assert_eq!(quoted(&"ä".repeat(81)), format!("`{}…`", "ä".repeat(80)));
    }
}
