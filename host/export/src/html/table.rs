//! Which subject passes which versions of which scopes.

use askama::Template;
use jiff::Timestamp;
use touchstone_scope::{State, Verdict};

use crate::view::{Link, class, mark, name};

/// The results of all subjects at a moment.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// What the page is called.
    pub title: &'a str,
    /// The moment.
    pub at: Timestamp,
    /// Names of the scopes: the columns.
    pub scopes: Vec<&'a str>,
    /// The subjects: the rows.
    pub rows: Vec<TableRow<'a>>,
}

/// A subject, or a group of them.
#[derive(Clone, Debug, Default)]
pub struct TableRow<'a> {
    /// Its name for people.
    pub name: &'a str,
    /// What it is.
    pub description: Option<&'a str>,
    /// Who runs it.
    pub operator: Option<&'a str>,
    /// Where its health can be seen (URLs).
    pub health: Vec<&'a str>,
    /// By scope, in their order; none where it is not tested against the scope. What is missing at the end is none.
    pub cells: Vec<Option<TableCell<'a>>>,
}

/// How a subject does in a scope.
#[derive(Clone, Debug, Default)]
pub struct TableCell<'a> {
    /// Every version that the timeline shows.
    pub versions: Vec<TableVersion<'a>>,
    /// The page of its report: an address, or a file beside this page whose name has only ASCII letters, digits and `._-`.
    pub page: Option<&'a str>,
}

/// How a subject does in a version.
#[derive(Clone, Debug)]
pub struct TableVersion<'a> {
    /// Name of the version.
    pub name: &'a str,
    /// Its state; none if the timeline does not show it.
    pub state: Option<State>,
    /// The verdict.
    pub verdict: Verdict,
}

/// The results of all subjects as a page, under the same rules as [`super::html`]. Versions are marked as on the SCS site: `*`
/// draft, `†` warn, `††` deprecated. The order of rows and versions is the caller's.
pub fn table(table: &Table<'_>) -> String {
    let rows: Vec<Row> = table.rows.iter().map(|one| row(one, &table.scopes)).collect();
    let page = Page {
        title: name(table.title),
        at: table.at.strftime("%F %H:%M UTC").to_string(),
        scopes: table.scopes.iter().map(|scope| name(scope)).collect(),
        has_about: rows.iter().any(|row| !row.operator.is_empty()),
        has_health: rows.iter().any(|row| !row.health.is_empty()),
        rows,
    };
    // A template over memory fails only where a value cannot be formatted; ours are texts.
    page.render().expect("a page of texts can always be rendered")
}

#[derive(Template)]
#[template(path = "table.html", whitespace = "minimize")]
struct Page {
    title: String,
    at: String,
    scopes: Vec<String>,
    rows: Vec<Row>,
    has_about: bool,
    has_health: bool,
}

struct Row {
    name: String,
    description: String,
    operator: String,
    health: Vec<Link>,
    cells: Vec<Cell>,
}

struct Cell {
    scope: String,
    versions: Vec<Version>,
    page: Option<String>,
}

struct Version {
    name: String,
    mark: &'static str,
    verdict: Verdict,
    class: &'static str,
}

fn row(row: &TableRow<'_>, scopes: &[&str]) -> Row {
    let of_scope =
        |(number, scope): (usize, &&str)| cell(scope, row.cells.get(number).and_then(Option::as_ref));
    Row {
        name: name(row.name),
        description: row.description.map(name).unwrap_or_default(),
        operator: row.operator.map(name).unwrap_or_default(),
        health: row.health.iter().filter_map(|url| Link::of(url)).collect(),
        cells: scopes.iter().enumerate().map(of_scope).collect(),
    }
}

fn cell(scope: &str, cell: Option<&TableCell<'_>>) -> Cell {
    let version = |version: &TableVersion<'_>| Version {
        name: name(version.name),
        mark: mark(version.state),
        verdict: version.verdict,
        class: class(version.verdict),
    };
    let page =
        cell.and_then(|cell| cell.page).filter(|page| Link::of(page).is_some() || is_file_beside(page));
    Cell {
        scope: name(scope),
        versions: cell.iter().flat_map(|cell| &cell.versions).map(version).collect(),
        page: page.map(str::to_owned),
    }
}

fn is_file_beside(page: &str) -> bool {
    !page.is_empty()
        && !page.starts_with('.')
        && page.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}
