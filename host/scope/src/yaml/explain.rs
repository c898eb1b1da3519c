//! What the YAML library found wrong, with places and advice.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

use super::{MAX_DEPTH, MAX_NODES};
use touchstone_diagnostics::{Problem, span_at, span_of};

/// What the library found wrong, in our words where they help.
pub(super) fn explain(text: &str, error: &Error) -> Problem {
    let at = match error.location() {
        Some(location) if location.line() > 0 => span_of(text, location),
        _ => span_at(text, 0, 0),
    };
    let too_much = |what: String| {
        Problem::new(at, format!("the document is too large to be a manifest: {what}"))
            .help("aliases (`*name`) count as often as they are used")
    };
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    match error {
        Error::Eof { .. } => Problem::new(at, "the document is empty").help(
            "a manifest begins with `format: touchstone.scope/v1`; scopes/README.md describes the rest",
        ),
        Error::MultipleDocuments { .. } => Problem::new(at, "a second document begins here")
            .help("a manifest is one YAML document: delete the `---`"),
        Error::MergeKeyNotAllowed { .. } => {
            Problem::new(at, "merge keys (`<<`) are not understood in manifests")
                .help("write the keys out; an alias (`*name`) can stand for a whole value")
        }
        Error::UnknownAnchor { .. } => {
            Problem::new(at, "this alias names an anchor that was not defined before")
                .help("define it first: `&name value`")
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            Problem::new(at, "this alias stands inside of what it refers to")
                .help("a value cannot contain itself")
        }
        Error::UnsupportedTag { tag, .. } => {
            Problem::new(at, format!("the tag `{tag}` is not understood in manifests")).help("delete the tag")
        }
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => too_much(format!("nested deeper than {MAX_DEPTH} levels")),
            BudgetBreach::Aliases { .. }
            | BudgetBreach::Anchors { .. }
            | BudgetBreach::AliasAnchorRatio { .. } => too_much("too many aliases".to_owned()),
            _ => too_much(format!("more than {MAX_NODES} values")),
        },
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            too_much("its aliases expand to too many values".to_owned())
        }
        other => {
            let message = UserMessageFormatter.format_message(other);
            let problem = Problem::new(at, format!("not valid YAML: {message}"));
            HINTS
                .iter()
                .filter(|(part, _)| message.contains(part))
                .take(1)
                .fold(problem, |problem, (_, hint)| problem.help(hint))
        }
    }
}

/// What helps against frequent mistakes: a part of the library's message, and the advice.
const HINTS: &[(&str, &str)] = &[
    (
        "mapping values are not allowed",
        "a text that contains `: ` needs quotes; otherwise look at the indentation",
    ),
    ("illegal placement of ':'", "is a `]` or `}` missing before? A text that contains `: ` needs quotes"),
    ("unclosed quote", "the text that begins here needs a closing quote"),
    ("unexpected character", "a text that begins with this character needs quotes"),
    ("tab", "indent with blanks, not with tabs"),
    ("unknown escape", "in double quotes, write a backslash as `\\\\`, or use single quotes"),
    ("did not find expected", "look at the indentation of this line and of those before"),
    ("recursion limit", "the format needs only a few levels; is this the right file?"),
];
