//! YAML as a tree whose every node knows its place. The only module that knows the YAML library.

mod explain;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, Spanned};

use self::explain::explain;
use touchstone_diagnostics::{Problem, Span, is_treacherous, span_at};

/// The largest text that is read. The manifest of a real scope is below 100 KiB.
const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting that is read; the format needs 7.
const MAX_DEPTH: usize = 24;
/// The most mappings, sequences and scalars that are read, those that aliases repeat included; a real scope has 2,000.
const MAX_NODES: usize = 30_000;

/// A node of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Where it stands: all of a scalar with its quotes; of a collection the first character, or nothing of it.
    pub(crate) span: Span,
    /// It was given by an alias (`*name`), so that its text stands somewhere else.
    pub(crate) aliased: bool,
}

/// What a node holds. Keys may occur twice: the reader of a mapping has to say so.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number as it is written, e.g. `3.10`.
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
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_BYTES {
            let size = text.len();
            return Err(Problem::new(
                Span { line: 1, column: 1, ..Span::default() },
                format!("the text has {size} bytes"),
            )
            .help(format!("a manifest has at most {MAX_BYTES} bytes; is this the right file?")));
        }
        if let Some((offset, c)) =
            text.char_indices().find(|(_, c)| !matches!(c, '\n' | '\r' | '\t') && is_treacherous(*c))
        {
            let code = u32::from(c);
            return Err(Problem::new(
                span_at(text, offset, c.len_utf8()),
                format!("the text holds the invisible character U+{code:04X}"),
            )
            .help("delete it, or write it as an escape sequence in double quotes"));
        }
        match serde_saphyr::from_str_with_options::<Node>(text, options()) {
            Ok(mut node) => {
                node.restore_numbers(text);
                Ok(node)
            }
            Err(error) => Err(explain(text, &error)),
        }
    }

    /// The value of a key of a mapping: the first, if it stands there twice.
    pub(crate) fn field(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(candidate, _)| candidate.text() == Some(key)).map(|(_, value)| value)
    }

    /// The key itself, where it is in a mapping.
    pub(crate) fn key(&self, key: &str) -> Option<&Node> {
        self.entries().iter().map(|(candidate, _)| candidate).find(|candidate| candidate.text() == Some(key))
    }

    /// The entries of a mapping; none of everything else.
    pub(crate) fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none of everything else.
    pub(crate) fn items(&self) -> &[Node] {
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

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        emit_comments: false,
        reject_unsupported_tags: true,
        strict_booleans: true,
        with_snippet: false,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source<'a>(text: &'a str, node: &Node) -> &'a str {
        &text[node.span.offset..node.span.offset + node.span.len]
    }

    #[test]
    fn nodes_know_their_places_in_bytes_and_characters() {
        let text = "\u{feff}é: 'x'\r\nlist:\n  - {ö: \"y z\" } # comment\n  - plain text  \n";
        let root = Node::parse(text).unwrap();
        let x = root.field("é").unwrap();
        assert_eq!((source(text, x), x.span.line, x.span.column), ("'x'", 1, 4));
        let items = root.field("list").unwrap().items();
        assert_eq!(source(text, &items[0]), "{");
        let y = items[0].field("ö").unwrap();
        assert_eq!((source(text, y), y.text(), y.span.line, y.span.column), ("\"y z\"", Some("y z"), 3, 9));
        assert_eq!(source(text, &items[1]), "plain text");
        assert_eq!(source(text, root.key("list").unwrap()), "list");
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        let root = Node::parse("[3.10, 0x1F, 1e999, 0755, .nan, 99999999999999999999999, 1_000]").unwrap();
        let written: Vec<_> = root.items().iter().map(|node| format!("{:?}", node.value)).collect();
        let expected = ["3.10", "0x1F", "1e999", "0755", ".nan", "99999999999999999999999", "1_000"];
        assert_eq!(written, expected.map(|number| format!("Number({number:?})")));
        let dates = Node::parse("[2024-12-19, yes, no, on, 1.0.0]").unwrap();
        assert!(dates.items().iter().all(|node| node.text().is_some()));
    }

    #[test]
    fn aliases_stand_where_they_are_used() {
        let root = Node::parse("a: &a {x: 1}\nb: *a\n").unwrap();
        let b = root.field("b").unwrap();
        assert!(b.aliased && b.field("x").unwrap().aliased);
        assert_eq!((b.span.line, b.span.column), (2, 4));
        assert!(!root.field("a").unwrap().aliased);
    }

    #[test]
    fn both_of_two_equal_keys_are_there() {
        let root = Node::parse("a: 1\na: 2\n").unwrap();
        assert_eq!(root.entries().len(), 2);
        assert_eq!(root.field("a").unwrap().span.line, 1);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_places_are_in_the_text(text in "[a-c:&*{}\\[\\],'\"|>#!?%@ \n\t\r\u{e9}\u{1b}-]{0,60}") {
            match Node::parse(&text) {
                Ok(root) => prop_assert!(inside(&text, &root)),
                Err(problem) => prop_assert!(text.get(problem.span.offset..problem.span.offset + problem.span.len).is_some()),
            }
        }
    }

    fn inside(text: &str, node: &Node) -> bool {
        text.get(node.span.offset..node.span.offset + node.span.len).is_some()
            && node.items().iter().all(|item| inside(text, item))
            && node.entries().iter().all(|(key, value)| inside(text, key) && inside(text, value))
    }
}
