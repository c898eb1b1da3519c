//! A configuration as a tree of YAML. The only module that knows the options of the YAML library.

use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, MessageFormatter, Options, UserMessageFormatter};
pub(crate) use touchstone_diagnostics::{Node, Value};
use touchstone_diagnostics::{Problem, Span, readable, span_at, span_of};

/// The largest text that is read. A thousand subjects have 500 KiB.
const MAX_BYTES: usize = 8 << 20;
/// The deepest nesting that is read; the format needs 6.
const MAX_DEPTH: usize = 16;
/// The most mappings, sequences and scalars that are read, those that aliases repeat included. A subject has about 40.
const MAX_NODES: usize = 200_000;

/// Reads a text that holds exactly one document.
///
/// # Errors
/// One problem: the first place where the text is not YAML, or the limit that it exceeds.
pub(crate) fn parse(text: &str) -> Result<Node, Box<Problem>> {
    readable(text, MAX_BYTES).map_err(|unreadable| {
        unreadable
            .help(format!("a configuration has at most {MAX_BYTES}; is this the right file?"), "delete it")
    })?;
    Node::read(text, options()).map_err(|error| Box::new(explain(text, &error)))
}

/// Reads a YAML that others define, as a clouds.yaml, as far as its keys go.
///
/// # Errors
/// The line from which on it is no YAML. Nothing of the text is told: there are passwords in it.
pub(crate) fn parse_foreign(text: &str) -> Result<Node, u64> {
    let mut options = options();
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    options.merge_keys = MergeKeyPolicy::Merge;
    Node::read(text, options).or_else(|error| match error.without_snippet() {
        Error::Eof { .. } => Ok(Node { value: Value::Null, span: Span::default(), aliased: false }),
        error => Err(error.location().map_or(1, |location| location.line())),
    })
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
