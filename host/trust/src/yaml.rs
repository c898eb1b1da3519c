//! From text to the structure of a policy. The only module that knows the options of the YAML library.

use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, Location, MessageFormatter, Options, UserMessageFormatter};

use crate::diagnostics::{Problem, Span, is_treacherous};
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
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes", text.len());
        let help = format!("a policy has at most {MAX_BYTES}; is this the right file?");
        return Err(Box::new(
            Problem::new(Span { line: 1, column: 1, ..Span::default() }, message).help(help),
        ));
    }
    let treacherous = |(_, c): &(usize, char)| !matches!(c, '\n' | '\r' | '\t') && is_treacherous(*c);
    if let Some((offset, c)) = text.char_indices().find(treacherous) {
        let message = format!("the text holds the invisible character U+{:04X}", u32::from(c));
        return Err(Box::new(Problem::new(span_at(text, offset, c.len_utf8()), message).help("delete it")));
    }
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

impl From<Location> for Span {
    fn from(location: Location) -> Span {
        let span = location.span();
        let byte = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Span {
            offset: byte(span.byte_offset()),
            len: byte(span.byte_len()),
            line: narrow(location.line()),
            column: narrow(location.column()),
        }
    }
}

/// A place as the library says it, which may be without an offset or beyond the end of the text.
fn span_of(text: &str, location: Location) -> Span {
    let span = Span::from(location);
    if location.span().byte_offset().is_some() && text.get(span.offset..span.offset + span.len).is_some() {
        return Span { line: span.line.max(1), column: span.column.max(1), ..span };
    }
    let lines_before = usize::try_from(span.line).unwrap_or(0).saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    let columns_before = usize::try_from(span.column).unwrap_or(0).saturating_sub(1);
    let inside = text[line_start..].char_indices().nth(columns_before);
    span_at(text, line_start + inside.map_or(text.len() - line_start, |(at, _)| at), 0)
}

/// The place of a byte that stands at the beginning of a character, or of the end of the text.
fn span_at(text: &str, offset: usize, len: usize) -> Span {
    let before = &text[..offset];
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    Span { offset, len, line: narrow(before.matches('\n').count() + 1), column: narrow(column) }
}
