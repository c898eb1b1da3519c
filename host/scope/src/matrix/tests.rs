use jiff::civil::date;

use super::*;

fn matrix() -> Matrix {
    let text = include_str!("../../tests/standards.yaml");
    Manifest::parse("standards.yaml", text).unwrap().matrix(date(2026, 2, 1))
}

/// `UPDATE=1 cargo test -p touchstone-scope` writes the files anew: read the difference before you keep it.
fn assert_answer(name: &str, said: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&path).unwrap_or_default(), "{} differs", path.display());
}

#[test]
fn modules_are_rows_and_versions_are_columns() {
    let matrix = matrix();
    let columns: Vec<_> =
        matrix.columns.iter().map(|column| (column.version.as_str(), column.state)).collect();
    let states = [Some(State::Draft), Some(State::Effective), Some(State::Warn), None];
    assert_eq!(columns, ["next", "v2", "v1", "v0"].into_iter().zip(states).collect::<Vec<_>>());
    assert_eq!(matrix.unused, ["forgotten-v1"]);
    let images = matrix.rows.iter().find(|row| row.module == "images-v1").unwrap();
    let lists: Vec<_> =
        images.cells.iter().map(|cell| cell.as_ref().map(|cell| cell.parameters["list"].as_str())).collect();
    assert_eq!(lists, [Some("new"), Some("new"), Some("old"), None]);
    let coverage = Coverage { testcases: 1, components: 1, manual: 0 };
    assert_eq!(images.targets, BTreeMap::from([(Target::Main, coverage), (Target::Recommended, coverage)]));
    let papers = matrix.rows.iter().find(|row| row.module == "papers-v1").unwrap();
    assert_eq!(papers.targets[&Target::Preview], Coverage { testcases: 1, components: 0, manual: 1 });
}

#[test]
fn the_text_fits_into_80_columns() {
    let text = matrix().text(80);
    assert_answer("standards.matrix.txt", &text);
    assert!(text.lines().take_while(|line| !line.is_empty()).all(|line| line.chars().count() <= 80));
}

#[test]
fn markdown_is_escaped() {
    assert_answer("standards.matrix.md", &matrix().markdown());
}

#[test]
fn there_are_enough_letters() {
    let all: Vec<_> = letters().collect();
    assert_eq!((all.len(), all[0].as_str(), all[26].as_str()), (26 + 26 * 26, "a", "aa"));
}

#[test]
fn which_version_of_a_check_is_used_is_said_where_there_are_several() {
    let text = include_str!("../../tests/side-by-side.yaml");
    let matrix = Manifest::parse("side-by-side.yaml", text).unwrap().matrix(date(2025, 1, 1));
    let flavors = &matrix.rows[0];
    let used: Vec<_> = flavors
        .cells
        .iter()
        .flatten()
        .map(|cell| cell.checks["flavors"].iter().cloned().collect::<Vec<_>>())
        .collect();
    assert_eq!(used, [["2.0.0"], ["1.4.0"], ["1.4.0"]]);
    // Only in one of them: that it is used goes without saying in the manifest, and is said here.
    assert_eq!(
        matrix.rows[1].cells[1].as_ref().unwrap().checks["flavors"],
        BTreeSet::from(["1.4.0".to_owned()])
    );
    // People attest it for v4, and nothing finds it out for next.
    assert_eq!(matrix.rows[3].targets[&Target::Main], Coverage { testcases: 1, components: 0, manual: 0 });
    let text = matrix.text(80);
    assert_answer("side-by-side.matrix.txt", &text);
    assert!(text.lines().take_while(|line| !line.is_empty()).all(|line| line.chars().count() <= 80));
}
