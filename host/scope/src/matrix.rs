//! Which version includes which module: the table of `scope show`, as data, as text and as Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use jiff::civil::Date;

use crate::manifest::{Asset, Check, Include, Manifest, Module};
use crate::words::{State, Target};

/// Modules by versions, on a date.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Name of the scope.
    pub scope: String,
    /// The date for which the states hold.
    pub date: Date,
    /// All versions of the scope, in the order of the manifest.
    pub columns: Vec<MatrixColumn>,
    /// The modules that some version includes, in the order of the manifest.
    pub rows: Vec<MatrixRow>,
    /// Identifiers of the modules that no version includes.
    pub unused: Vec<String>,
}

/// A version.
#[derive(Clone, Debug)]
pub struct MatrixColumn {
    /// Its name.
    pub version: String,
    /// Its state; none if the timeline does not show it on the date.
    pub state: Option<State>,
    /// The day after which it is stable.
    pub stabilized_at: Option<Date>,
}

/// A module.
#[derive(Clone, Debug)]
pub struct MatrixRow {
    /// Its identifier.
    pub module: String,
    /// Name of the standard.
    pub name: String,
    /// Where the standard is.
    pub url: String,
    /// Its targets.
    pub targets: BTreeMap<Target, Coverage>,
    /// One for each column: whether the version includes the module, and how.
    pub cells: Vec<Option<MatrixCell>>,
}

/// How a version includes a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Assets.
    pub assets: BTreeMap<String, Asset>,
    /// The checks of which the manifest has several versions, each with that or those which the version uses.
    pub checks: BTreeMap<String, BTreeSet<String>>,
}

/// How many testcases a target has, and who finds them out. What is left has no component yet, or not in every version of the
/// scope that includes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// All.
    pub testcases: usize,
    /// Those that a component finds out.
    pub components: usize,
    /// Those that people attest.
    pub manual: usize,
}

/// Lines above, below the header and below.
const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

impl Manifest {
    /// Which version includes which module, with the states on a date.
    pub fn matrix(&self, date: Date) -> Matrix {
        let states: BTreeMap<_, _> = self.states(date).into_iter().collect();
        let providers = Providers::of(self);
        let columns = self.versions().iter().map(|version| MatrixColumn {
            version: version.name.clone(),
            state: states.get(version.name.as_str()).copied(),
            stabilized_at: version.stabilized_at,
        });
        let (rows, unused): (Vec<_>, Vec<_>) = self
            .modules()
            .iter()
            .map(|module| self.row(module, &providers))
            .partition(|row| row.cells.iter().any(Option::is_some));
        Matrix {
            scope: self.name().to_owned(),
            date,
            columns: columns.collect(),
            rows,
            unused: unused.into_iter().map(|row| row.module).collect(),
        }
    }

    fn row(&self, module: &Module, providers: &Providers<'_>) -> MatrixRow {
        let cells = self.versions().iter().map(|version| {
            let include = version.includes.iter().find(|include| include.module == module.id)?;
            Some(MatrixCell {
                parameters: include.parameters.clone(),
                assets: include.assets.clone(),
                checks: providers.chosen(module, include),
            })
        });
        let includes: Vec<&Include> = self
            .versions()
            .iter()
            .flat_map(|version| version.includes.iter().filter(|include| include.module == module.id))
            .collect();
        let coverage = |testcases: &[crate::manifest::Required]| {
            let mut coverage = Coverage { testcases: testcases.len(), ..Coverage::default() };
            for required in testcases {
                let used =
                    |check: &Check| includes.is_empty() || includes.iter().any(|include| include.uses(check));
                let checks: Vec<&Check> =
                    providers.of_testcase(&required.testcase).filter(|check| used(check)).collect();
                coverage.manual += usize::from(checks.iter().all(|check| check.manual));
                coverage.components += usize::from(checks.iter().all(|check| check.component.is_some()));
            }
            coverage
        };
        MatrixRow {
            module: module.id.clone(),
            name: module.name.clone(),
            url: module.url.clone(),
            targets: module
                .targets
                .iter()
                .map(|(target, testcases)| (*target, coverage(testcases)))
                .collect(),
            cells: cells.collect(),
        }
    }
}

/// Who provides testcases.
struct Providers<'a> {
    by_testcase: BTreeMap<&'a str, Vec<&'a Check>>,
    /// How many versions the manifest has of each check.
    versions: BTreeMap<&'a str, usize>,
}

impl<'a> Providers<'a> {
    fn of(manifest: &'a Manifest) -> Self {
        let mut providers = Self { by_testcase: BTreeMap::new(), versions: BTreeMap::new() };
        for check in manifest.checks() {
            *providers.versions.entry(&check.id).or_default() += 1;
            for testcase in &check.testcases {
                providers.by_testcase.entry(&testcase.id).or_default().push(check);
            }
        }
        providers
    }

    fn of_testcase(&self, testcase: &str) -> impl Iterator<Item = &'a Check> {
        self.by_testcase.get(testcase).into_iter().flatten().copied()
    }

    /// Which versions of checks an include uses, where the manifest has several.
    fn chosen(&self, module: &Module, include: &Include) -> BTreeMap<String, BTreeSet<String>> {
        let mut chosen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for required in module.targets.values().flatten() {
            let used = self.of_testcase(&required.testcase).find(|check| include.uses(check));
            if let Some(check) = used.filter(|check| self.versions.get(check.id.as_str()) > Some(&1)) {
                chosen.entry(&check.id).or_default().insert(&check.version);
            }
        }
        let owned = |(check, versions): (&str, BTreeSet<&str>)| {
            (check.to_owned(), versions.into_iter().map(str::to_owned).collect())
        };
        chosen.into_iter().map(owned).collect()
    }
}

impl Matrix {
    /// As a table of `width` columns (for terminals, at least 40), with what the letters and numbers mean below.
    pub fn text(&self, width: u16) -> String {
        let notes = self.notes();
        let mut table = Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(40));
        let mut header = vec![Cell::new("Module"), Cell::new("Testcases")];
        header.extend(self.columns.iter().map(|column| {
            let state = column.state.map_or("–", State::word);
            Cell::new(format!("{}\n{state}", column.version)).set_alignment(CellAlignment::Center)
        }));
        table.set_header(header);
        for row in &self.rows {
            let mut cells =
                vec![Cell::new(format!("{}: {}", row.module, row.name)), Cell::new(row.coverage("\n"))];
            cells.extend(row.cells.iter().map(|cell| {
                let mark = cell.as_ref().map_or_else(String::new, |cell| mark(cell, &notes));
                Cell::new(mark).set_alignment(CellAlignment::Center)
            }));
            table.add_row(cells);
        }
        let mut out = format!("{} on {}\n", self.scope, self.date);
        for line in table.lines() {
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out.push_str("\nTestcases: those that a component finds out, of all of the target.\n");
        if self.columns.iter().any(|column| column.state.is_none()) {
            out.push_str("–: not in the timeline on this date.\n");
        }
        for (letter, note) in letters().zip(&notes) {
            let _ = writeln!(out, "{letter}: {note}");
        }
        if !self.unused.is_empty() {
            let _ = writeln!(out, "In no version: {}", self.unused.join(", "));
        }
        out
    }

    /// As a table in Markdown, with links.
    pub fn markdown(&self) -> String {
        let notes = self.notes();
        let mut out = format!("| {} on {} | Testcases |", escaped(&self.scope), self.date);
        for column in &self.columns {
            let state = column.state.map_or("–", State::word);
            let _ = write!(out, " {} ({state}) |", escaped(&column.version));
        }
        let _ = writeln!(out, "\n| --- | --- |{}", " :-: |".repeat(self.columns.len()));
        for row in &self.rows {
            let _ = write!(
                out,
                "| [{}: {}](<{}>) | {} |",
                row.module,
                escaped(&row.name),
                escaped(&row.url),
                row.coverage("<br>")
            );
            for cell in &row.cells {
                let mark = cell.as_ref().map_or_else(String::new, |cell| mark(cell, &notes));
                let _ = write!(out, " {mark} |");
            }
            out.push('\n');
        }
        if !notes.is_empty() {
            out.push('\n');
        }
        for (letter, note) in letters().zip(&notes) {
            let _ = writeln!(out, "- {letter}: {}", escaped(note));
        }
        if !self.unused.is_empty() {
            let _ = writeln!(out, "\nIn no version: {}", self.unused.join(", "));
        }
        out
    }

    /// The different sets of inputs, in a fixed order.
    fn notes(&self) -> BTreeSet<String> {
        self.rows.iter().flat_map(|row| &row.cells).flatten().filter_map(note).collect()
    }
}

impl MatrixRow {
    fn coverage(&self, separator: &str) -> String {
        let one = |(target, coverage): (&Target, &Coverage)| match *coverage {
            Coverage { testcases, manual, .. } if testcases == manual => format!("{target} {manual} manual"),
            Coverage { testcases, manual: 0, components } => format!("{target} {components}/{testcases}"),
            Coverage { testcases, manual, components } => {
                format!("{target} {components}/{}, {manual} manual", testcases - manual)
            }
        };
        let targets: Vec<_> =
            self.targets.iter().filter(|(_, coverage)| coverage.testcases > 0).map(one).collect();
        if targets.is_empty() { "none".to_owned() } else { targets.join(separator) }
    }
}

/// What stands in the place of a module that is included.
fn mark(cell: &MatrixCell, notes: &BTreeSet<String>) -> String {
    let letter = note(cell).and_then(|own| letters().zip(notes).find(|(_, note)| **note == own));
    letter.map_or_else(|| "✓".to_owned(), |(letter, _)| format!("✓ {letter}"))
}

/// The inputs of an include, if it has any, and the versions of checks that it uses, where there are several.
fn note(cell: &MatrixCell) -> Option<String> {
    let parameters = cell.parameters.iter().map(|(name, value)| format!("{name} = {value}"));
    let assets =
        cell.assets.iter().map(|(name, asset)| format!("{name} = {} ({})", asset.path, asset.sha256));
    let listed =
        |versions: &BTreeSet<String>| versions.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
    let checks = cell.checks.iter().map(|(check, versions)| format!("{check} {}", listed(versions)));
    let inputs: Vec<_> = checks.chain(parameters).chain(assets).collect();
    (!inputs.is_empty()).then(|| inputs.join(", "))
}

/// a, b, …, z, aa, ab, …
fn letters() -> impl Iterator<Item = String> {
    let alphabet = || ('a'..='z').map(String::from);
    alphabet()
        .chain(alphabet().flat_map(move |first| alphabet().map(move |second| format!("{first}{second}"))))
}

/// Text that means only itself in a cell of Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '[' | ']' | '<' | '>' => out.extend(['\\', c]),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
