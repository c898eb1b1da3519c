//! JUnit XML, as `subunit2junitxml`, pytest and others write it.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::results::{Outcome, Results};

/// Suites within suites; deeper than any tool nests them.
const DEEPEST: usize = 100;

/// Reads a report. No entities are expanded but the five of XML, and characters by number.
pub(super) fn read(bytes: &[u8], results: &mut Results<'_>) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = Position::of(bytes, error.valid_up_to());
        format!("the XML is not UTF-8 at {at}")
    })?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut report = Report { results, path: Vec::new(), case: None, has_root: false };
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|error| (reader.error_position(), error.to_string()));
        let done = event.and_then(|event| report.take(event).map_err(|what| (before, what)));
        match done {
            Ok(false) => {}
            Ok(true) => return Ok(()),
            Err((offset, what)) => {
                let at = Position::of(bytes, usize::try_from(offset).unwrap_or(usize::MAX));
                return Err(format!("the XML is wrong at {at}: {what}"));
            }
        }
    }
}

struct Report<'r, 'a> {
    results: &'r mut Results<'a>,
    path: Vec<Element>,
    case: Option<Case>,
    has_root: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suite,
    Case,
    /// A child of a testcase that says that it did not pass.
    Verdict,
    Other,
}

/// The testcase in which the reader is.
struct Case {
    id: String,
    outcome: Outcome,
    detail: String,
}

impl Report<'_, '_> {
    /// Whether the report is at its end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, String> {
        match event {
            Event::Start(tag) => self.open(&tag)?,
            Event::Empty(tag) => {
                self.open(&tag)?;
                self.close();
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content())?,
            Event::CData(text) => self.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let text = resolved(&reference)?;
                self.text(&text)?;
            }
            Event::Eof if !self.path.is_empty() => return Err("it ends within an element".into()),
            Event::Eof if !self.has_root => return Err("it has no element".into()),
            Event::Eof => return Ok(true),
            Event::Decl(declaration) => utf8_only(declaration.encoding().and_then(Result::ok).as_deref())?,
            Event::DocType(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        Ok(false)
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = tag.local_name();
        let name = name.as_ref();
        let element = match (self.path.last(), name) {
            (None, _) if self.has_root => return Err(format!("a second root, <{name}>")),
            (None, "testsuites" | "testsuite") => Element::Suite,
            (None, _) => {
                return Err(format!("the root of JUnit XML is <testsuites> or <testsuite>, not <{name}>"));
            }
            (Some(Element::Suite), "testsuite") => Element::Suite,
            (Some(Element::Suite), "testcase") => Element::Case,
            (Some(Element::Case), name) if outcome_of(name).is_some() => Element::Verdict,
            _ => Element::Other,
        };
        if self.path.len() == DEEPEST {
            return Err(format!("more than {DEEPEST} elements within each other"));
        }
        match element {
            Element::Case => self.case = Some(Case::read(tag)?),
            Element::Verdict => {
                let message = attribute(tag, "message")?;
                if let (Some(case), Some(outcome)) = (&mut self.case, outcome_of(name)) {
                    case.outcome = case.outcome.max(outcome);
                    case.detail.push_str(message.as_deref().unwrap_or(""));
                    case.detail.push('\n');
                }
            }
            Element::Suite | Element::Other => check_attributes(tag)?,
        }
        self.has_root = true;
        self.path.push(element);
        Ok(())
    }

    fn close(&mut self) {
        if self.path.pop() == Some(Element::Case)
            && let Some(case) = self.case.take()
        {
            self.results.detail(&case.id, case.detail.as_bytes());
            self.results.end(&case.id, case.outcome);
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        match (self.path.last(), &mut self.case) {
            (None, _) if !text.trim().is_empty() => Err("text outside of the root".into()),
            (Some(Element::Verdict), Some(case)) => {
                case.detail.push_str(text);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Case {
    /// The name of the class and that of the test make the id, as they do in Python.
    fn read(tag: &BytesStart<'_>) -> Result<Self, String> {
        let name = attribute(tag, "name")?.ok_or("a <testcase> without `name`")?;
        let id = match attribute(tag, "classname")? {
            Some(class) if !class.is_empty() => format!("{class}.{name}"),
            _ => name,
        };
        // Some tools say by an attribute that a test was not run.
        let mut outcome = Outcome::Passed;
        for key in ["status", "result"] {
            if let Some(value) = attribute(tag, key)? {
                outcome = outcome.max(outcome_said(&value));
            }
        }
        Ok(Case { id, outcome, detail: String::new() })
    }
}

/// What a child of a testcase says of it. A test that passed only when it was repeated did fail.
fn outcome_of(element: &str) -> Option<Outcome> {
    match element {
        "failure" | "error" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {
            Some(Outcome::Failed)
        }
        "skipped" | "disabled" => Some(Outcome::Skipped),
        _ => None,
    }
}

fn outcome_said(value: &str) -> Outcome {
    match value.to_ascii_lowercase().as_str() {
        "run" | "completed" | "passed" | "pass" | "success" | "ok" => Outcome::Passed,
        "failed" | "fail" | "failure" | "error" => Outcome::Failed,
        _ => Outcome::Skipped,
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let mut found = None;
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        if attribute.key.as_ref() == name {
            found = Some(value.into_owned());
        }
    }
    Ok(found)
}

fn check_attributes(tag: &BytesStart<'_>) -> Result<(), String> {
    attribute(tag, "").map(|_| ())
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    let text = quick_xml::escape::resolve_xml_entity(&name);
    text.map(str::to_owned).ok_or_else(|| format!("the entity `&{name};` is unknown"))
}

fn utf8_only(encoding: Option<&str>) -> Result<(), String> {
    match encoding {
        Some(name)
            if !["utf-8", "utf8", "us-ascii", "ascii"].contains(&name.to_ascii_lowercase().as_str()) =>
        {
            Err(format!("it is in {name}; only UTF-8 is read"))
        }
        _ => Ok(()),
    }
}

struct Position {
    line: usize,
    column: usize,
}

impl Position {
    fn of(bytes: &[u8], offset: usize) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Position { line, column: before.len() - line_start + 1 }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
