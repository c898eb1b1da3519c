//! A manifest as a tree of YAML. The only module that knows the options of the YAML library.

mod explain;

use serde_saphyr::Options;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};

use self::explain::explain;
pub(crate) use touchstone_diagnostics::{Node, Value};
use touchstone_diagnostics::{Problem, readable};

/// The largest text that is read. The manifest of a real scope is below 100 KiB.
const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting that is read; the format needs 7.
const MAX_DEPTH: usize = 24;
/// The most mappings, sequences and scalars that are read, those that aliases repeat included; a real scope has 2,000.
const MAX_NODES: usize = 30_000;

/// Reads a text that holds exactly one document.
///
/// # Errors
/// One problem: the first place where the text is not YAML, or the limit that it exceeds.
pub(crate) fn parse(text: &str) -> Result<Node, Problem> {
    readable(text, MAX_BYTES).map_err(|unreadable| {
        unreadable.help(
            format!("a manifest has at most {MAX_BYTES} bytes; is this the right file?"),
            "delete it, or write it as an escape sequence in double quotes",
        )
    })?;
    Node::read(text, options()).map_err(|error| explain(text, &error))
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
        let root = parse(text).unwrap();
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
        let root = parse("[3.10, 0x1F, 1e999, 0755, .nan, 99999999999999999999999, 1_000]").unwrap();
        let written: Vec<_> = root.items().iter().map(|node| format!("{:?}", node.value)).collect();
        let expected = ["3.10", "0x1F", "1e999", "0755", ".nan", "99999999999999999999999", "1_000"];
        assert_eq!(written, expected.map(|number| format!("Number({number:?})")));
        let dates = parse("[2024-12-19, yes, no, on, 1.0.0]").unwrap();
        assert!(dates.items().iter().all(|node| node.text().is_some()));
    }

    #[test]
    fn aliases_stand_where_they_are_used() {
        let root = parse("a: &a {x: 1}\nb: *a\n").unwrap();
        let b = root.field("b").unwrap();
        assert!(b.aliased && b.field("x").unwrap().aliased);
        assert_eq!((b.span.line, b.span.column), (2, 4));
        assert!(!root.field("a").unwrap().aliased);
    }

    #[test]
    fn both_of_two_equal_keys_are_there() {
        let root = parse("a: 1\na: 2\n").unwrap();
        assert_eq!(root.entries().len(), 2);
        assert_eq!(root.field("a").unwrap().span.line, 1);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_places_are_in_the_text(text in "[a-c:&*{}\\[\\],'\"|>#!?%@ \n\t\r\u{e9}\u{1b}-]{0,60}") {
            match parse(&text) {
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
