//! From suites to XML.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Case, Outcome, Suite, Suites, Told};

type Xml = Writer<Vec<u8>>;

/// The document. All its texts have been through [`crate::texts`]: they hold no character that XML forbids.
pub(super) fn write(suites: &Suites) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    document(&mut xml, suites).expect("memory takes all that is written");
    let mut text = String::from_utf8(xml.into_inner()).expect("only texts were written");
    text.push('\n');
    text
}

fn document(xml: &mut Xml, suites: &Suites) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let cases = || suites.suites.iter().flat_map(|suite| &suite.cases);
    let counts = Counts::of(cases());
    xml.create_element("testsuites")
        .with_attribute(("name", suites.name.as_str()))
        .with_attribute(("tests", counts.tests.to_string().as_str()))
        .with_attribute(("failures", counts.failures.to_string().as_str()))
        .with_attribute(("errors", counts.errors.to_string().as_str()))
        .with_attribute(("time", seconds(suites.ms).as_str()))
        .write_inner_content(|xml| {
            suites.suites.iter().enumerate().try_for_each(|(at, one)| suite(xml, at, one))
        })?;
    Ok(())
}

fn suite(xml: &mut Xml, at: usize, suite: &Suite) -> io::Result<()> {
    let counts = Counts::of(suite.cases.iter());
    let ms: u64 = suite.cases.iter().filter_map(|case| case.ms).fold(0, u64::saturating_add);
    xml.create_element("testsuite")
        .with_attribute(("id", at.to_string().as_str()))
        .with_attribute(("name", suite.name.as_str()))
        .with_attribute(("tests", counts.tests.to_string().as_str()))
        .with_attribute(("failures", counts.failures.to_string().as_str()))
        .with_attribute(("errors", counts.errors.to_string().as_str()))
        .with_attribute(("skipped", counts.skipped.to_string().as_str()))
        .with_attribute(("time", seconds(ms).as_str()))
        .with_attribute(("timestamp", suite.timestamp.as_str()))
        .write_inner_content(|xml| {
            xml.create_element("properties").write_inner_content(|xml| {
                suite.properties.iter().try_for_each(|(name, value)| {
                    let property = xml.create_element("property").with_attribute(("name", name.as_str()));
                    property.with_attribute(("value", value.as_str())).write_empty().map(|_| ())
                })
            })?;
            suite.cases.iter().try_for_each(|one| case(xml, one))
        })?;
    Ok(())
}

fn case(xml: &mut Xml, case: &Case) -> io::Result<()> {
    let time = case.ms.map(seconds);
    let mut element = xml
        .create_element("testcase")
        .with_attribute(("name", case.name.as_str()))
        .with_attribute(("classname", case.class.as_str()));
    if let Some(time) = &time {
        element = element.with_attribute(("time", time.as_str()));
    }
    if matches!(case.outcome, Outcome::Success) && case.output.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| {
        match &case.outcome {
            Outcome::Success => {}
            Outcome::Failure(told) => why(xml, "failure", told)?,
            Outcome::Error(told) => why(xml, "error", told)?,
            Outcome::Skipped(text) => {
                xml.create_element("skipped").write_text_content(BytesText::new(text))?;
            }
        }
        if !case.output.is_empty() {
            xml.create_element("system-out").write_text_content(BytesText::new(&case.output.join("\n")))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn why(xml: &mut Xml, element: &str, told: &Told) -> io::Result<()> {
    xml.create_element(element)
        .with_attribute(("type", told.kind.as_str()))
        .with_attribute(("message", told.message.as_str()))
        .write_text_content(BytesText::new(&told.body))?;
    Ok(())
}

/// How many there are of each.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(cases: impl Iterator<Item = &'a Case>) -> Counts {
        let mut counts = Counts::default();
        for case in cases {
            counts.tests += 1;
            match case.outcome {
                Outcome::Success => {}
                Outcome::Failure(_) => counts.failures += 1,
                Outcome::Error(_) => counts.errors += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
