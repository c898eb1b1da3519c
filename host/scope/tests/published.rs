//! The manifests and the schema that the repository publishes in `scopes/`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use touchstone_scope::{Lifetime, Manifest, Section, Selection, State, Target, json_schema};

fn scopes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scopes")
}

fn iaas() -> Manifest {
    let text = fs::read_to_string(scopes().join("scs-compatible-iaas.yaml")).unwrap();
    Manifest::parse("scs-compatible-iaas.yaml", &text)
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()))
}

/// The text of a manifest as JSON, for the schema.
fn as_json(text: &str) -> Option<Value> {
    serde_saphyr::from_str(text).ok()
}

#[test]
fn the_schema_is_published() {
    let path = scopes().join("scope.schema.json");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&json_schema()).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        published,
        json_schema(),
        "UPDATE=1 cargo test -p touchstone-scope writes {} anew",
        path.display()
    );
}

#[test]
fn the_readme_speaks_of_every_key() {
    let readme = fs::read_to_string(scopes().join("README.md")).unwrap();
    let schema = json_schema();
    let definitions = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for key in definitions.flat_map(|definition| definition["properties"].as_object().unwrap().keys()) {
        assert!(readme.contains(&format!("`{key}`")), "scopes/README.md says nothing about `{key}`");
    }
}

#[test]
fn the_example_of_the_readme_is_a_manifest() {
    let readme = fs::read_to_string(scopes().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    Manifest::parse("README.md", example).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()));
}

#[test]
fn the_schema_accepts_what_the_parser_accepts() {
    let schema = jsonschema::draft202012::new(&json_schema()).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for path in [
        scopes().join("scs-compatible-iaas.yaml"),
        own.join("standards.yaml"),
        own.join("example.yaml"),
        own.join("side-by-side.yaml"),
    ] {
        let text = fs::read_to_string(&path).unwrap();
        Manifest::parse("m.yaml", &text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.plain()));
        let errors: Vec<_> =
            schema.iter_errors(&as_json(&text).unwrap()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn the_schema_refuses_what_is_wrong_with_structure_and_notations() {
    let schema = jsonschema::draft202012::new(&json_schema()).unwrap();
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    for name in [
        "asset-paths",
        "empty-lists",
        "impossible-grants",
        "just-text",
        "manual-not-a-flag",
        "missing-keys",
        "not-a-mapping",
        "unknown-keys",
        "unknown-words",
        "wrong-choices",
        "wrong-format",
        "wrong-hash",
        "wrong-hashes",
        "wrong-limits",
        "wrong-notations",
        "wrong-types",
    ] {
        let text = fs::read_to_string(broken.join(name).with_extension("yaml")).unwrap();
        assert!(!schema.is_valid(&as_json(&text).unwrap()), "{name}");
    }
}

#[test]
fn scs_compatible_iaas_is_complete() {
    let manifest = iaas();
    assert_eq!(manifest.name(), "SCS-compatible IaaS");
    assert_eq!(manifest.uuid().to_string(), "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f");
    let testcases: Vec<_> = manifest.checks().iter().flat_map(|check| &check.testcases).collect();
    // The 91 of SCS, and that of SCS-0128.
    assert_eq!(testcases.len(), 92);
    assert_eq!(testcases.iter().filter(|testcase| testcase.id.starts_with("scs-0103-flavor-")).count(), 31);
    assert_eq!(testcases.iter().filter(|testcase| testcase.id.starts_with("scs-0102-prop-")).count(), 18);
    let ids: Vec<_> =
        manifest.checks().iter().map(|check| (check.id.as_str(), check.version.as_str())).collect();
    assert_eq!(ids.len(), 14);
    assert_eq!(ids[0], ("scs-0100-flavor-naming", "3.1.2"));
    assert!(ids.contains(&("scs-0103-standard-flavors", "1.2.2")));
    let manual: Vec<_> =
        manifest.checks().iter().filter(|check| check.manual).flat_map(|check| &check.testcases).collect();
    assert_eq!(manual.len(), 3);
    assert!(manual.iter().all(|testcase| testcase.lifetime == Lifetime::Quarter));
    let heavy: BTreeSet<_> = testcases
        .iter()
        .filter(|testcase| testcase.section == Section::Heavy)
        .map(|testcase| testcase.id.as_str())
        .collect();
    assert_eq!(
        heavy,
        BTreeSet::from([
            "scs-0101-entropy-avail",
            "scs-0101-fips-test",
            "scs-0101-rngd",
            "scs-0117-test-backup"
        ])
    );
}

#[test]
fn scs_compatible_iaas_asks_for_what_scs_asks_for() {
    let manifest = iaas();
    let count = |version: &str| {
        let selection =
            Selection { version: Some(version.to_owned()), ..Selection::on("2026-11-23".parse().unwrap()) };
        let plan = manifest.plan(&selection).unwrap();
        let targets = &plan.versions[0].targets;
        // A preview of ours has no say in the verdict: the results of Tempest.
        let preview = targets.get(&Target::Preview).map_or(0, Vec::len);
        assert_eq!((targets.len(), preview), if version == "next" { (2, 1) } else { (1, 0) });
        targets[&Target::Main].len()
    };
    assert_eq!(["next", "v5.1", "v4", "v3"].map(count), [55, 54, 39, 16]);
    let states = |date: &str| manifest.states(date.parse().unwrap());
    use State::{Deprecated, Draft, Effective, Warn};
    assert_eq!(states("2024-12-18"), []);
    assert_eq!(states("2024-12-19"), [("v5.1", Effective), ("v4", Effective), ("v3", Deprecated)]);
    assert_eq!(states("2025-02-01"), [("v5.1", Effective), ("v4", Warn), ("v3", Deprecated)]);
    assert_eq!(states("2025-07-01"), [("v5.1", Effective), ("v4", Deprecated), ("v3", Deprecated)]);
    assert_eq!(
        states("2026-06-10"),
        [("next", Draft), ("v5.1", Effective), ("v4", Deprecated), ("v3", Deprecated)]
    );
    assert_eq!(states("2026-06-11"), [("next", Draft), ("v5.1", Effective)]);
}

#[test]
fn its_table_fits_into_80_columns() {
    let text = iaas().matrix("2026-11-23".parse().unwrap()).text(80);
    let table: Vec<_> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert!(table.len() > 20 && table.iter().all(|line| line.chars().count() <= 80), "{text}");
}
