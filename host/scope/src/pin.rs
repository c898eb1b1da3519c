//! Writing the hash of a component into the text of a manifest, and nothing else: comments, quotes and layout stay.

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::format::tables::SEMVER;
use crate::manifest::Manifest;
use crate::sha256::Sha256;
use crate::yaml::{self, Node, Value};
use touchstone_diagnostics::suggestion;
use touchstone_diagnostics::{Diagnostics, Problem, Span};

/// What to write.
#[derive(Clone, Debug)]
pub struct Pin<'a> {
    /// Identifier of the check.
    pub check: &'a str,
    /// Which entry of the check, by its version in the manifest. Needed if the manifest has several.
    pub version: Option<&'a str>,
    /// The component.
    pub component: Sha256,
    /// The version to write, if it changes.
    pub new_version: Option<&'a str>,
}

/// Why nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// The manifest is not usable, or would not be afterwards.
    #[error(transparent)]
    Manifest(Box<Diagnostics>),
    /// There is no such check.
    #[error("the manifest has no check `{check}`: {hint}")]
    UnknownCheck {
        /// What was asked for.
        check: String,
        /// What there is.
        hint: String,
    },
    /// The check is there, but not in this version.
    #[error("the manifest has the check `{check}` in the versions {known}, not in `{version}`")]
    UnknownVersion {
        /// The check.
        check: String,
        /// What was asked for.
        version: String,
        /// What there is.
        known: String,
    },
    /// Several entries fit.
    #[error("the manifest has the check `{check}` in the versions {known}: say which one")]
    Ambiguous {
        /// The check.
        check: String,
        /// What there is.
        known: String,
    },
    /// The version is not one.
    #[error("`{0}` is not a semantic version such as `3.1.0`")]
    NotAVersion(String),
    /// The text is written in a way that cannot be edited safely.
    #[error(
        "line {line}: the check `{check}` is written in a way that this program cannot edit; write by hand: {what}"
    )]
    CannotEdit {
        /// Where the entry begins.
        line: u32,
        /// The check.
        check: String,
        /// What to write.
        what: String,
    },
}

/// Sets the `component` of a check, and its `version` if asked for, also where an include says that it uses that version.
/// Pinning the same again changes nothing.
///
/// # Errors
/// The text is not YAML, has no such check or several, or is written so that the value cannot be edited in place (an
/// alias, a block scalar). What comes out is always a manifest that [`Manifest::parse`] accepts, and differs from what
/// went in by the values that were asked for only; if that cannot be, nothing comes out.
pub fn pin(file_name: &str, text: &str, pin: &Pin<'_>) -> Result<String, PinError> {
    if let Some(version) = pin.new_version.filter(|version| !SEMVER.matches(version)) {
        return Err(PinError::NotAVersion(version.to_owned()));
    }
    let refused = |problem: Problem| {
        PinError::Manifest(Box::new(Diagnostics::errors(
            crate::manifest::WHAT,
            file_name,
            text,
            vec![problem],
        )))
    };
    let before = yaml::parse(text).map_err(refused)?;
    let (index, entry) = find(&before, pin)?;
    let cannot = || cannot_edit(entry, pin);
    let mut edits = vec![component_edit(text, entry, pin.component).ok_or_else(cannot)?];
    if let Some(version) = pin.new_version {
        edits
            .push(replacement(text, entry.field("version").ok_or_else(cannot)?, version).ok_or_else(cannot)?);
        for chosen in choices(&before, pin.check, entry.field("version")) {
            edits.push(replacement(text, chosen, version).ok_or_else(cannot)?);
        }
    }
    let edited = apply(text, edits);
    let expected = with_values(&before, index, pin);
    if !yaml::parse(&edited).is_ok_and(|after| same(&after, &expected)) {
        return Err(cannot());
    }
    match Manifest::parse(file_name, &edited) {
        Ok(_) => Ok(edited),
        Err(diagnostics) => Err(PinError::Manifest(Box::new(diagnostics))),
    }
}

/// The entry of the check and its place in the list.
fn find<'a>(root: &'a Node, pin: &Pin<'_>) -> Result<(usize, &'a Node), PinError> {
    let checks = root.field("checks").map_or(&[][..], Node::items);
    let id = |entry: &'a Node| entry.field("id").and_then(Node::text);
    let version = |entry: &'a Node| entry.field("version").and_then(Node::text).unwrap_or("?");
    let mut entries: Vec<_> =
        checks.iter().enumerate().filter(|(_, entry)| id(entry) == Some(pin.check)).collect();
    let known = entries.iter().map(|(_, entry)| version(entry)).collect::<Vec<_>>().join(", ");
    let check = pin.check.to_owned();
    if entries.is_empty() {
        let known: Vec<_> = checks.iter().filter_map(id).collect();
        let hint = suggestion(pin.check, &known).unwrap_or_else(|| "it has none at all".to_owned());
        return Err(PinError::UnknownCheck { check, hint });
    }
    if let Some(wanted) = pin.version {
        entries.retain(|(_, entry)| version(entry) == wanted);
        if entries.is_empty() {
            return Err(PinError::UnknownVersion { check, version: wanted.to_owned(), known });
        }
    }
    match entries[..] {
        [entry] => Ok(entry),
        _ => Err(PinError::Ambiguous { check, known }),
    }
}

/// Where includes say that they use this version of a check.
fn choices<'a>(root: &'a Node, check: &str, version: Option<&Node>) -> Vec<&'a Node> {
    let includes =
        root.field("versions").map_or(&[][..], Node::items).iter().filter_map(|one| one.field("include"));
    let chosen = includes.flat_map(Node::items).filter_map(|include| include.field("checks")?.field(check));
    let version = version.and_then(Node::text);
    chosen.filter(|chosen| chosen.text().is_some() && chosen.text() == version).collect()
}

fn cannot_edit(entry: &Node, pin: &Pin<'_>) -> PinError {
    let version = pin.new_version.map(|version| format!(", `version: {version}`")).unwrap_or_default();
    let what = format!("`component: {}`{version}", pin.component);
    PinError::CannotEdit { line: entry.span.line, check: pin.check.to_owned(), what }
}

/// A stretch of the text and what is to stand there.
type Edit = (Range<usize>, String);

fn component_edit(text: &str, entry: &Node, component: Sha256) -> Option<Edit> {
    let component = component.to_string();
    match entry.field("component") {
        Some(node) if matches!(node.value, Value::Null) && node.span.len == 0 => {
            after_colon(text, entry.key("component")?, &component)
        }
        Some(node) => replacement(text, node, &component),
        None => insertion(text, entry, &component),
    }
}

/// Puts a value into the place of another, in the same quotes.
fn replacement(text: &str, node: &Node, value: &str) -> Option<Edit> {
    if node.aliased || matches!(node.value, Value::List(_) | Value::Map(_)) {
        return None;
    }
    let range = node.span.offset..node.span.offset + node.span.len;
    let old = text.get(range.clone())?;
    let new = match old.chars().next() {
        None => return None,
        Some(quote @ ('"' | '\'')) => format!("{quote}{value}{quote}"),
        Some(_) => value.to_owned(),
    };
    Some((range, new))
}

/// Puts a value where none is written yet.
fn after_colon(text: &str, key: &Node, value: &str) -> Option<Edit> {
    let end = key.span.offset + key.span.len;
    let rest = text.get(end..)?;
    let colon = rest.find(':').filter(|at| rest[..*at].trim().is_empty())?;
    let at = end + colon + 1;
    Some((at..at, format!(" {value}")))
}

/// Puts the key after that of the version: on a line of its own, or after a comma in `{…}`.
fn insertion(text: &str, entry: &Node, component: &str) -> Option<Edit> {
    let (key, version) = (entry.key("version")?, entry.field("version")?);
    if entry.aliased || version.aliased {
        return None;
    }
    let end = version.span.offset + version.span.len;
    let written = text.get(entry.span.offset..)?;
    if entry.span.len > 0 && written.starts_with('{') {
        return Some((end..end, format!(", component: {component}")));
    }
    let indent = " ".repeat(usize::try_from(key.span.column).ok()?.checked_sub(1)?);
    let rest = text.get(end..)?;
    let line_end = end + rest.find('\n').unwrap_or(rest.len());
    let (at, newline) = match text.get(..line_end)?.strip_suffix('\r') {
        Some(_) => (line_end - 1, "\r\n"),
        None => (line_end, "\n"),
    };
    Some((at..at, format!("{newline}{indent}component: {component}")))
}

/// Makes the edits, which do not overlap.
fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    let mut edited = text.to_owned();
    for (range, new) in edits {
        edited.replace_range(range, &new);
    }
    edited
}

/// The tree as it has to be afterwards.
fn with_values(before: &Node, index: usize, pin: &Pin<'_>) -> Node {
    let mut after = before.clone();
    let entry = before.field("checks").map_or(&[][..], Node::items).get(index);
    let chosen = choices(before, pin.check, entry.and_then(|entry| entry.field("version")));
    let chosen: Vec<Span> = chosen.into_iter().map(|node| node.span).collect();
    if let Some(version) = pin.new_version {
        rewrite(&mut after, &chosen, version);
    }
    let Value::Map(root) = &mut after.value else { return after };
    let checks =
        root.iter_mut().find(|(key, _)| key.text() == Some("checks")).map(|(_, checks)| &mut checks.value);
    if let Some(Value::List(checks)) = checks
        && let Some(Value::Map(fields)) = checks.get_mut(index).map(|check| &mut check.value)
    {
        set(fields, "component", &pin.component.to_string());
        if let Some(version) = pin.new_version {
            set(fields, "version", version);
        }
    }
    after
}

/// Puts a text into the nodes at these places.
fn rewrite(node: &mut Node, places: &[Span], text: &str) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| rewrite(item, places, text)),
        Value::Map(fields) => fields.iter_mut().for_each(|(_, value)| rewrite(value, places, text)),
        value if places.contains(&node.span) => *value = Value::Text(text.to_owned()),
        _ => {}
    }
}

fn set(fields: &mut Vec<(Node, Node)>, key: &str, text: &str) {
    let new = Value::Text(text.to_owned());
    if let Some((_, node)) = fields.iter_mut().find(|(candidate, _)| candidate.text() == Some(key)) {
        node.value = new;
        return;
    }
    let place = fields.iter().position(|(candidate, _)| candidate.text() == Some("version"));
    let node = |value| Node { value, span: Default::default(), aliased: false };
    fields.insert(place.map_or(0, |place| place + 1), (node(Value::Text(key.to_owned())), node(new)));
}

/// Whether two trees say the same, wherever it stands.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Number(one), Value::Number(other)) | (Value::Text(one), Value::Text(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(a, b)| same(&a.0, &b.0) && same(&a.1, &b.1))
        }
        _ => false,
    }
}
