//! YAML as a tree whose every node knows its place: as much of it as lists of images use. A library that reads YAML into
//! any type would be three quarters of the component.

use std::fmt;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

/// A node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// Line and column, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing, or `null`.
    Null,
    /// Any other scalar, as it is written: a list of images has no use for numbers.
    Text(String),
    List(Vec<Node>),
    /// No key is there twice.
    Map(Vec<(String, Node)>),
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    place: Option<Place>,
    what: String,
}

/// A list of images needs 4.
const MAX_DEPTH: usize = 16;

impl Node {
    /// Reads a text that holds exactly one document.
    ///
    /// # Errors
    /// The first place where the text is not YAML, or uses what is not read here: anchors, tags, keys that are no text.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let options = granit_parser::options! { emit_comments: false };
        let mut events = Events(Parser::new_from_str_with_options(text, options));
        let mut root = None;
        loop {
            let (event, span) = events.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ if root.is_some() => return Err(Wrong::at(&span, "there is a second document")),
                event => root = Some(events.node(event, &span, MAX_DEPTH)?),
            }
        }
        root.ok_or_else(|| Wrong { place: None, what: "there is nothing in it".into() })
    }

    pub(crate) fn wrong(&self, what: impl Into<String>) -> Wrong {
        Wrong { place: Some(self.place), what: what.into() }
    }
}

impl Wrong {
    fn at(span: &Span, what: impl Into<String>) -> Self {
        Wrong { place: Some(Place::of(span)), what: what.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl From<ScanError> for Wrong {
    fn from(error: ScanError) -> Self {
        let mark = error.marker();
        let place = Place { line: mark.line(), column: mark.col() + 1 };
        Wrong { place: Some(place), what: format!("it is not YAML: {}", error.info()) }
    }
}

impl Place {
    fn of(span: &Span) -> Self {
        Place { line: span.start.line(), column: span.start.col() + 1 }
    }
}

struct Events<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Wrong> {
        match self.0.next_event() {
            Some(event) => Ok(event?),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The node that begins with this event.
    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Wrong> {
        if depth == 0 {
            return Err(Wrong::at(span, "it is nested too deeply for a list of images"));
        }
        if matches!(event, Event::Alias(_)) || event.anchor_id().is_some_and(|id| id > 0) {
            return Err(Wrong::at(span, "anchors and aliases are not read here: write it out"));
        }
        if event.tag().is_some() {
            return Err(Wrong::at(span, "tags are not read here"));
        }
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, ..)
                if matches!(&*text, "" | "~" | "null" | "Null" | "NULL") =>
            {
                Value::Null
            }
            Event::Scalar(text, ..) => Value::Text(text.into_owned()),
            Event::SequenceStart(..) => Value::List(self.list(depth)?),
            Event::MappingStart(..) => Value::Map(self.map(depth)?),
            _ => return Err(Wrong::at(span, "here should be a value")),
        };
        Ok(Node { place: Place::of(span), value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Wrong> {
        let mut nodes = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(nodes);
            }
            nodes.push(self.node(event, &span, depth - 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Wrong> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let Value::Text(key) = self.node(event, &span, depth - 1)?.value else {
                return Err(Wrong::at(&span, "a key should be a text"));
            };
            if entries.iter().any(|(other, _)| *other == key) {
                return Err(Wrong::at(&span, format!("the key `{key}` is there twice")));
            }
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, &span, depth - 1)?));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree as one line, without places.
    fn line(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(nodes) => format!("[{}]", nodes.iter().map(line).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, node)| format!("{key}: {}", line(node))).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    #[test]
    fn documents_are_read() {
        for (text, tree) in [
            (
                "a: 1\nb:\n- x\n- \"y\\tz\"\n# note\nc: {d: 'e', f: }\n",
                r#"{a: "1", b: ["x", "y\tz"], c: {d: "e", f: null}}"#,
            ),
            ("--- # start\n- ~\n- null\n- 'null'\n- true\n...\n", r#"[null, null, "null", "true"]"#),
            ("a: |\n  1\n  2\nb: >-\n  3\n  4\n", r#"{a: "1\n2\n", b: "3 4"}"#),
            ("[]", "[]"),
            ("ä", r#""ä""#),
        ] {
            assert_eq!(line(&Node::parse(text).unwrap()), tree);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, message) in [
            ("", "there is nothing in it"),
            ("# nothing\n", "there is nothing in it"),
            ("a: 1\na: 2", "line 2, column 1: the key `a` is there twice"),
            ("a: 1\n---\nb: 2", "line 3, column 1: there is a second document"),
            ("- &x 1\n- *x", "line 1, column 6: anchors and aliases are not read here: write it out"),
            ("a: !!str 1", "line 1, column 10: tags are not read here"),
            ("{[1]: 2}", "line 1, column 2: a key should be a text"),
            ("~: 2", "line 1, column 1: a key should be a text"),
            ("a:\n  - [", "line 2, column "),
            ("a: b: c", "line 1, column "),
            ("a: \"", "line 1, column "),
            ("a: @b", "line 1, column "),
            (&format!("{}{}", "[".repeat(20), "]".repeat(20)), "line 1, column 17: it is nested too deeply"),
        ] {
            let wrong = Node::parse(text).unwrap_err().to_string();
            assert!(wrong.contains(message), "{text}: {wrong}");
        }
        for text in ["a: b: c", "a:\n  - ["] {
            assert!(Node::parse(text).unwrap_err().to_string().contains("it is not YAML"), "{text}");
        }
    }
}
