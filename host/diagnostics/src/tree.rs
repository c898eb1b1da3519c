//! YAML as a tree whose every node knows its place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Options, Spanned};

use crate::diagnostics::{Problem, is_treacherous};
use crate::place::{Span, span_at};

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Where it stands: all of a scalar with its quotes; of a collection the first character, or nothing of it.
    pub span: Span,
    /// It was given by an alias (`*name`), so that its text stands somewhere else.
    pub aliased: bool,
}

/// What a node holds. Keys may occur twice, if the options let them: the reader of a mapping has to say so.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written, e.g. `3.10`.
    Number(String),
    /// A text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in its order.
    Map(Vec<(Node, Node)>),
}

/// Whether a text can be read at all: not too long, and without characters that look like others or like nothing.
///
/// # Errors
/// What is wrong with it, without advice.
pub fn readable(text: &str, max_bytes: usize) -> Result<(), Unreadable> {
    if text.len() > max_bytes {
        let start = Span { line: 1, column: 1, ..Span::default() };
        return Err(Unreadable::TooLong(Problem::new(start, format!("the text has {} bytes", text.len()))));
    }
    let treacherous = |(_, c): &(usize, char)| !matches!(c, '\n' | '\r' | '\t') && is_treacherous(*c);
    if let Some((offset, c)) = text.char_indices().find(treacherous) {
        let message = format!("the text holds the invisible character U+{:04X}", u32::from(c));
        return Err(Unreadable::Invisible(Problem::new(span_at(text, offset, c.len_utf8()), message)));
    }
    Ok(())
}

/// Why a text cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// It has too many bytes.
    TooLong(Problem),
    /// It holds a character that nobody sees.
    Invisible(Problem),
}

impl Unreadable {
    /// The problem, with advice: for a text that is too long, or for one with such a character.
    pub fn help(self, too_long: impl AsRef<str>, invisible: impl AsRef<str>) -> Problem {
        match self {
            Unreadable::TooLong(problem) => problem.help(too_long),
            Unreadable::Invisible(problem) => problem.help(invisible),
        }
    }
}

impl Node {
    /// Reads a text that holds exactly one document. Numbers stay as they are written.
    ///
    /// # Errors
    /// The first place where the text is not YAML, or the limit that it exceeds.
    pub fn read(text: &str, options: Options) -> Result<Node, Error> {
        let mut root: Node = serde_saphyr::from_str_with_options(text, options)?;
        root.restore_numbers(text);
        Ok(root)
    }

    /// The value of a key of a mapping: the first, if it stands there twice.
    pub fn field(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key itself, where it is in a mapping.
    pub fn key(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(key, _)| key)
    }

    /// An entry of a mapping: the first, if its key stands there twice.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        self.entries().iter().find(|(candidate, _)| candidate.text() == Some(key))
    }

    /// The entries of a mapping; none of everything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none of everything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Numbers as they are written: `3.10` is not `3.1`.
    fn restore_numbers(&mut self, text: &str) {
        match &mut self.value {
            Value::Number(written) => {
                if let Some(source) = text.get(self.span.offset..self.span.offset + self.span.len)
                    && !self.aliased
                {
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

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, defined } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { value, span: referenced.into(), aliased: referenced != defined })
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
