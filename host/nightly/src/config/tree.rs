//! YAML as a tree whose every node knows its place. The only module that knows the YAML library.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, MessageFormatter, Options, Spanned, UserMessageFormatter};
use touchstone_diagnostics::{Problem, Span, is_treacherous, span_at, span_of};

/// The largest text that is read. A thousand subjects have 500 KiB.
const MAX_BYTES: usize = 8 << 20;
/// The deepest nesting that is read; the format needs 6.
const MAX_DEPTH: usize = 16;
/// The most mappings, sequences and scalars that are read, those that aliases repeat included. A subject has about 40.
const MAX_NODES: usize = 200_000;

/// A node of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Where it stands: all of a scalar with its quotes; of a collection the first character, or nothing of it.
    pub(crate) span: Span,
}

/// What a node holds. Keys may occur twice: whoever checks the structure has to say so.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Reads a text that holds exactly one document.
    ///
    /// # Errors
    /// One problem: the first place where the text is not YAML, or the limit that it exceeds.
    pub(crate) fn parse(text: &str) -> Result<Self, Box<Problem>> {
        if text.len() > MAX_BYTES {
            let message = format!("the text has {} bytes", text.len());
            let help = format!("a configuration has at most {MAX_BYTES}; is this the right file?");
            return Err(Box::new(
                Problem::new(Span { line: 1, column: 1, ..Span::default() }, message).help(help),
            ));
        }
        let treacherous = |(_, c): &(usize, char)| !matches!(c, '\n' | '\r' | '\t') && is_treacherous(*c);
        if let Some((offset, c)) = text.char_indices().find(treacherous) {
            let message = format!("the text holds the invisible character U+{:04X}", u32::from(c));
            return Err(Box::new(
                Problem::new(span_at(text, offset, c.len_utf8()), message).help("delete it"),
            ));
        }
        let mut root: Self = serde_saphyr::from_str_with_options(text, options())
            .map_err(|error| Box::new(explain(text, &error)))?;
        root.restore_numbers(text);
        Ok(root)
    }

    /// Reads a YAML that others define, as a clouds.yaml, as far as its keys go.
    ///
    /// # Errors
    /// The line from which on it is no YAML. Nothing of the text is told: there are passwords in it.
    pub(crate) fn parse_foreign(text: &str) -> Result<Self, u64> {
        let mut options = options();
        options.duplicate_keys = DuplicateKeyPolicy::LastWins;
        options.merge_keys = MergeKeyPolicy::Merge;
        serde_saphyr::from_str_with_options(text, options).or_else(|error| match error.without_snippet() {
            Error::Eof { .. } => Ok(Self { value: Value::Null, span: Span::default() }),
            error => Err(error.location().map_or(1, |location| location.line())),
        })
    }

    /// The value of a key of a mapping: the first, if it stands there twice.
    pub(crate) fn field(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// An entry of a mapping: the first, if its key stands there twice.
    pub(crate) fn entry(&self, key: &str) -> Option<&(Self, Self)> {
        self.entries().iter().find(|(candidate, _)| candidate.text() == Some(key))
    }

    /// The entries of a mapping; none of everything else.
    pub(crate) fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none of everything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Numbers as they are written: `0x10` is not 16.
    fn restore_numbers(&mut self, text: &str) {
        match &mut self.value {
            Value::Number(written) => {
                let source = text.get(self.span.offset..self.span.offset + self.span.len);
                if let Some(source) = source.filter(|source| !source.starts_with('*')) {
                    source.clone_into(written);
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| item.restore_numbers(text)),
            Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.restore_numbers(text);
                value.restore_numbers(text);
            }),
            Value::Null | Value::Bool(_) | Value::Text(_) => {}
        }
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_aliases: 10_000,
            max_anchors: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        emit_comments: false,
        reject_unsupported_tags: true,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// What the library found wrong, with advice.
fn explain(text: &str, error: &Error) -> Problem {
    let at = match error.location() {
        Some(location) if location.line() > 0 => span_of(text, location),
        _ => span_at(text, 0, 0),
    };
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    match error {
        Error::Eof { .. } => Problem::new(at, "the document is empty").help(BEGINNING),
        other => {
            let message = UserMessageFormatter.format_message(other);
            let known = HINTS.iter().find(|(part, _)| message.contains(part));
            let help = known.map_or("docs/nightly.md describes every key", |(_, hint)| hint);
            Problem::new(at, format!("not valid YAML: {message}")).help(help)
        }
    }
}

/// How to begin.
pub(crate) const BEGINNING: &str =
    "a configuration begins with `format: touchstone.nightly/v1`; docs/nightly.md describes the rest";

/// What helps against frequent mistakes: a part of the library's message, and the advice.
const HINTS: &[(&str, &str)] = &[
    (
        "too large or too complex",
        "a thousand subjects have 40,000 values; an alias (`*name`) counts as often as it is used",
    ),
    ("recursion limit", "the format needs only a few levels; is this the right file?"),
    ("merge key", "write the keys out; an alias (`*name`) can stand for a whole value"),
    ("multiple", "a configuration is one YAML document: delete the `---`"),
    (
        "mapping values are not allowed",
        "a text that contains `: ` needs quotes; otherwise look at the indentation",
    ),
    ("illegal placement of ':'", "is a `]` or `}` missing before? A text that contains `: ` needs quotes"),
    ("unclosed quote", "the text that begins here needs a closing quote"),
    ("unexpected character", "a text that begins with this character needs quotes"),
    ("did not find expected", "look at the indentation of this line and of those before"),
    ("tab", "indent with blanks, not with tabs"),
    ("alias", "define it first: `&name value`; it counts as often as it is used"),
    ("tag", "delete the tag"),
];

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { value, span: referenced.into() })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Value::Map(map))
    }
}
