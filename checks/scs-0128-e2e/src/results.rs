//! What is known of the tests that have to pass.

use std::collections::BTreeMap;

use crate::required::Required;

/// The id of a test as Tempest has it: `tempest.api.….Class.test_it[id-1234…,smoke]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestId<'a> {
    /// Module, class and method.
    pub(crate) name: &'a str,
    /// What stands behind `id-` in the brackets. Several tests may share it: classes that inherit a method.
    pub(crate) uuid: Option<&'a str>,
}

impl<'a> TestId<'a> {
    /// Any text is an id.
    pub(crate) fn parse(text: &'a str) -> Self {
        let attributes = text.strip_suffix(']').and_then(|text| text.split_once('['));
        let Some((name, attributes)) = attributes else { return TestId { name: text, uuid: None } };
        TestId {
            name,
            uuid: attributes.split(',').find_map(|attribute| attribute.trim().strip_prefix("id-")),
        }
    }
}

/// How a test ended. The order is from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Passed,
    Skipped,
    UnexpectedSuccess,
    ExpectedFailure,
    /// It began, and nothing is known of its end.
    Unfinished,
    Failed,
}

/// What is known of a test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    outcome: Option<Outcome>,
    began: u64,
    ended: u64,
    detail: Vec<u8>,
    /// The id of a test of that name which is another test.
    pub(crate) other_uuid: Option<String>,
}

/// `setUpClass` and the like, which tests appear as in results.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    /// `setUpClass (tempest.api.….Class)`.
    pub(crate) id: String,
    pub(crate) record: Record,
}

/// What a run of Tempest says of the tests that have to pass.
#[derive(Debug)]
pub(crate) struct Results<'a> {
    required: &'a [Required],
    records: Vec<Record>,
    index: BTreeMap<&'a str, usize>,
    fixtures: BTreeMap<String, Record>,
    count: u64,
    /// Tests that failed and do not have to pass: the first few, and how many there are.
    pub(crate) others: Vec<String>,
    pub(crate) others_count: u64,
}

/// More text than anyone reads about one test.
const LONGEST_DETAIL: usize = 4096;
/// More classes than Tempest has by far.
const MOST_FIXTURES: usize = 10_000;
const OTHERS_SHOWN: usize = 5;

impl<'a> Results<'a> {
    pub(crate) fn new(required: &'a [Required]) -> Self {
        Results {
            required,
            records: vec![Record::default(); required.len()],
            index: required.iter().enumerate().map(|(i, test)| (test.name.as_str(), i)).collect(),
            fixtures: BTreeMap::new(),
            count: 0,
            others: Vec::new(),
            others_count: 0,
        }
    }

    /// A test began.
    pub(crate) fn begin(&mut self, id: &str) {
        self.count += 1;
        if let Some(record) = self.record(id) {
            record.began += 1;
        }
    }

    /// A test ended; if it did so more than once, the worst counts.
    pub(crate) fn end(&mut self, id: &str, outcome: Outcome) {
        self.count += 1;
        match self.record(id) {
            Some(record) => {
                record.ended += 1;
                record.outcome = record.outcome.max(Some(outcome));
            }
            None if outcome == Outcome::Failed => {
                self.others_count += 1;
                let name: String = id.chars().take(200).collect();
                if self.others.len() < OTHERS_SHOWN && !self.others.contains(&name) {
                    self.others.push(name);
                }
            }
            None => {}
        }
    }

    /// Something to read about a test: a traceback, the reason of a skip. Its end is kept.
    pub(crate) fn detail(&mut self, id: &str, text: &[u8]) {
        if let Some(record) = self.record(id) {
            record.detail.extend_from_slice(&text[text.len().saturating_sub(LONGEST_DETAIL)..]);
            let too_much = record.detail.len().saturating_sub(LONGEST_DETAIL);
            record.detail.drain(..too_much);
        }
    }

    /// How many events there were, of whatever tests.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The tests that have to pass, in the order of the list.
    pub(crate) fn tests(&self) -> impl Iterator<Item = (&'a Required, &Record)> {
        self.required.iter().zip(&self.records)
    }

    /// The fixtures of tests that have to pass, which ended in another way than well.
    pub(crate) fn fixtures(&self) -> Vec<Fixture> {
        let bad = self.fixtures.iter().filter(|(_, record)| record.outcome() != Some(Outcome::Passed));
        bad.map(|(id, record)| Fixture { id: id.clone(), record: record.clone() }).collect()
    }

    fn record(&mut self, id: &str) -> Option<&mut Record> {
        if let Some(scope) = fixture_scope(id) {
            let concerned = self.required.iter().any(|test| is_below(&test.name, scope));
            let has_room = self.fixtures.len() < MOST_FIXTURES || self.fixtures.contains_key(id);
            return (concerned && has_room).then(|| self.fixtures.entry(id.to_owned()).or_default());
        }
        let id = TestId::parse(id);
        let at = *self.index.get(id.name)?;
        // Another id means another test, which was given the name of this one.
        match (self.required[at].uuid.as_deref(), id.uuid) {
            (Some(wanted), Some(found)) if wanted != found => {
                self.records[at].other_uuid = Some(found.chars().take(64).collect());
                None
            }
            _ => Some(&mut self.records[at]),
        }
    }
}

impl Record {
    /// How the test ended, if there is any word of it.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        let unfinished = (self.began > self.ended).then_some(Outcome::Unfinished);
        self.outcome.max(unfinished)
    }

    /// The last line of what there is to read about it.
    pub(crate) fn last_line(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.detail);
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
        Some(line.chars().take(200).collect())
    }
}

impl Fixture {
    /// Whether a test needs it.
    pub(crate) fn is_of(&self, test: &Required) -> bool {
        fixture_scope(&self.id).is_some_and(|scope| is_below(&test.name, scope))
    }
}

/// The class or module in `setUpClass (tempest.api.….Class)`.
fn fixture_scope(id: &str) -> Option<&str> {
    let (kind, scope) = id.strip_suffix(')')?.split_once(" (")?;
    ["setUpClass", "tearDownClass", "setUpModule", "tearDownModule"].contains(&kind).then_some(scope)
}

fn is_below(name: &str, scope: &str) -> bool {
    name.strip_prefix(scope).is_some_and(|rest| rest.starts_with('.'))
}
