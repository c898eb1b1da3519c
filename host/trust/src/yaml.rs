//! From text to the structure of a policy. The only module that knows the options of the YAML library.

use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, MessageFormatter, Options, UserMessageFormatter};

use touchstone_diagnostics::{Problem, readable, span_at, span_of};

use crate::format::File;

/// The largest text that is read: a thousand publishers.
const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read; the format needs 5.
const MAX_DEPTH: usize = 16;
/// The most mappings, sequences and scalars that are read, those that aliases repeat included.
const MAX_NODES: usize = 30_000;

/// Reads a text that holds exactly one document.
///
/// # Errors
/// One problem: the first place where the text is not YAML or not of the structure, or the limit that it exceeds.
pub(crate) fn parse(text: &str) -> Result<File, Box<Problem>> {
    readable(text, MAX_BYTES).map_err(|unreadable| {
        unreadable.help(format!("a policy has at most {MAX_BYTES}; is this the right file?"), "delete it")
    })?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| Box::new(explain(text, &error)))
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
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        emit_comments: false,
        reject_unsupported_tags: true,
        strict_booleans: true,
        no_schema: true,
        with_snippet: false,
    }
}

/// What the library found wrong, with advice.
fn explain(text: &str, error: &Error) -> Problem {
    let at = error.location().map_or_else(|| span_at(text, 0, 0), |location| span_of(text, location));
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    match error {
        Error::Eof { .. } => Problem::new(at, "the document is empty")
            .help("a policy begins with `format: touchstone.trust/v1`; docs/trust.md describes the rest"),
        other => {
            let message = UserMessageFormatter.format_message(other);
            let known = HINTS.iter().find(|(part, _)| message.contains(part));
            let help = known.map_or("docs/trust.md describes every key", |(_, hint)| hint);
            Problem::new(at, message).help(help)
        }
    }
}

/// What helps against frequent mistakes: a part of the library's message, and the advice.
const HINTS: &[(&str, &str)] = &[
    ("requires quoting", "this is text that looks like something else: write it in double quotes"),
    (
        "sequence start",
        "a list is needed here: begin each entry with `- ` on a line of its own, or write `[first, second]`; a key for which \
         there is nothing to say is left out",
    ),
    ("mapping start", "write `key: value` here"),
    ("boolean", "write `true` or `false` without quotes"),
    ("merge key", "write the keys out; an alias (`*name`) can stand for a whole value"),
    ("multiple", "a policy is one YAML document: delete the `---`"),
    ("duplicate mapping key", "delete one of them"),
    ("missing field", "docs/trust.md describes it"),
    (
        "mapping values are not allowed",
        "a text that contains `: ` needs quotes; otherwise look at the indentation",
    ),
    ("tab", "indent with blanks, not with tabs"),
];
