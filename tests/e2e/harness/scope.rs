use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{digest, published, repo};

/// A check of a manifest that [`scope`] writes. It has a module of its own, which asks for all of its testcases.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) version: String,
    /// `sha256:…`; none: the manifest names no component.
    pub(crate) component: Option<String>,
    pub(crate) grants: Vec<String>,
    /// As YAML: `{wall: 1s}`.
    pub(crate) limits: String,
    /// Ids, and sections.
    pub(crate) testcases: Vec<(String, &'static str)>,
    pub(crate) parameters: Vec<(String, String)>,
    /// Name, path, `sha256:…`.
    pub(crate) assets: Vec<(String, String, String)>,
}

impl Entry {
    /// The check that behaves.
    pub(crate) fn reader() -> Self {
        Entry {
            id: "reader".into(),
            version: "1.0.0".into(),
            component: Some(published().reader.clone()),
            grants: [
                "image GET /images",
                "compute GET /flavors/detail",
                "compute GET /flavors/*/os-extra_specs",
            ]
            .map(str::to_owned)
            .into(),
            limits: "{wall: 20s}".into(),
            testcases: vec![("reader-images".into(), "light"), ("reader-flavors".into(), "light")],
            parameters: Vec::new(),
            assets: Vec::new(),
        }
    }

    /// The check that creates things, and then does what `behaviour` says. It is granted what it asks for.
    pub(crate) fn creator(behaviour: &str) -> Self {
        Entry {
            id: "creator".into(),
            version: "1.0.0".into(),
            component: Some(published().creator.clone()),
            grants: published().creator_asks_for.clone(),
            limits: "{wall: 60s}".into(),
            testcases: vec![("creator-all".into(), "heavy")],
            parameters: vec![("behaviour".into(), behaviour.into())],
            assets: Vec::new(),
        }
    }

    /// The check that does not.
    pub(crate) fn adversary(behaviour: &str) -> Self {
        Entry {
            id: "adversary".into(),
            version: "0.1.0".into(),
            component: Some(published().adversary.clone()),
            grants: vec!["compute GET /flavors/*".into()],
            limits: "{wall: 1s, memory: 16MiB}".into(),
            testcases: vec![("adversary-first".into(), "light"), ("adversary-second".into(), "light")],
            parameters: vec![("behaviour".into(), behaviour.into())],
            assets: Vec::new(),
        }
    }
}

/// A manifest with one version, `v1`, in effect since 2020, that asks for all of this.
pub(crate) fn scope(entries: &[Entry]) -> String {
    let mut text = String::from(
        "format: touchstone.scope/v1\nuuid: 3d2b8a5e-0e0c-4a3b-9d6c-5f0f2f6a7e11\nname: Test\nurl: https://example.org/scope\n",
    );
    // Writing to a string cannot fail.
    let mut line = |content: String| {
        let _ = writeln!(text, "{content}");
    };
    line("checks:".into());
    for entry in entries {
        line(format!("  - id: {}", entry.id));
        line(format!("    version: {}", entry.version));
        if let Some(component) = &entry.component {
            line(format!("    component: {component}"));
        }
        line(format!("    grants: [{}]", quoted(&entry.grants)));
        line(format!("    limits: {}", entry.limits));
        line("    testcases:".into());
        for (testcase, section) in &entry.testcases {
            line(format!("      - id: {testcase}"));
            line("        description: Something holds.".into());
            line(format!("        url: https://example.org/{testcase}"));
            line(format!("        section: {section}"));
        }
    }
    line("modules:".into());
    for entry in entries {
        line(format!("  - id: {}-module", entry.id));
        line(format!("    name: Module of {}", entry.id));
        line(format!("    url: https://example.org/{}", entry.id));
        let named = |names: Vec<&String>| {
            names.iter().map(|name| format!("{name}: something")).collect::<Vec<_>>().join(", ")
        };
        if !entry.parameters.is_empty() {
            line(format!(
                "    parameters: {{{}}}",
                named(entry.parameters.iter().map(|(name, _)| name).collect())
            ));
        }
        if !entry.assets.is_empty() {
            line(format!("    assets: {{{}}}", named(entry.assets.iter().map(|(name, ..)| name).collect())));
        }
        let ids: Vec<&str> = entry.testcases.iter().map(|(id, _)| id.as_str()).collect();
        line(format!("    targets: {{main: [{}]}}", ids.join(", ")));
    }
    line("versions:\n  - version: v1\n    stabilized_at: 2020-01-01\n    include:".into());
    for entry in entries {
        line(format!("      - module: {}-module", entry.id));
        let parameters = entry.parameters.iter().map(|(name, value)| format!("{name}: {value:?}"));
        if !entry.parameters.is_empty() {
            line(format!("        parameters: {{{}}}", parameters.collect::<Vec<_>>().join(", ")));
        }
        let assets = entry
            .assets
            .iter()
            .map(|(name, path, sha256)| format!("{name}: {{path: {path}, sha256: {sha256:?}}}"));
        if !entry.assets.is_empty() {
            line(format!("        assets: {{{}}}", assets.collect::<Vec<_>>().join(", ")));
        }
    }
    line("timeline:\n  - date: 2020-01-01\n    versions: {v1: effective}".into());
    text
}

/// Writes the scope "SCS-compatible IaaS" with its assets to a folder, with two more versions that ask for everything
/// that SCS has a testcase for, recommendations as well: `all-v4` and `all-v5`, with the lists of images of these.
pub(crate) fn everything(folder: &Path) -> PathBuf {
    let scopes = repo().join("scopes");
    let text = std::fs::read_to_string(scopes.join("scs-compatible-iaas.yaml")).expect("the scope is there");
    let assets = folder.join("assets");
    std::fs::create_dir_all(&assets).expect("folders can be made");
    for asset in std::fs::read_dir(scopes.join("assets")).expect("there are assets") {
        let asset = asset.expect("folders can be read").path();
        std::fs::copy(&asset, assets.join(asset.file_name().expect("it has one"))).expect("it can be copied");
    }
    let modules = [
        "scs-0100-v3.1",
        "scs-0101-v1",
        "scs-0101-more",
        "scs-0102-v2",
        "scs-0102-v2-rec",
        "scs-0103-v1",
        "scs-0103-v1-rec",
        "scs-0114-v1",
        "scs-0114-v1-rec",
        "scs-0115-v1",
        "scs-0116-v1",
        "scs-0116-v1-rec",
        "scs-0117-v1",
    ];
    let version = |name: &str, images: &str, services: &str| {
        let included: String =
            modules.iter().chain([&services]).map(|module| format!("      - module: {module}\n")).collect();
        let list = format!("assets/scs-0104-images-{name}.yaml");
        let sha256 = digest(&std::fs::read(scopes.join(&list)).expect("the list is there"));
        let asset = format!("        assets:\n          image_spec: {{path: {list}, sha256: {sha256:?}}}\n");
        let images: String =
            ["", "-rec"].iter().map(|rec| format!("      - module: {images}{rec}\n{asset}")).collect();
        format!("  - version: all-{name}\n    include:\n{included}{images}\n")
    };
    let more = version("v4", "scs-0104-v1-1", "scs-0123-v1") + &version("v5", "scs-0104-v1-2", "scs-0123-v2");
    // Testcases that no module of SCS asks for.
    let more_modules = "  - id: scs-0101-more
    name: Entropy
    url: https://docs.scs.community/standards/scs-0101-v1-entropy
    targets:
      main: [scs-0101-rngd, scs-0101-flavor-property, scs-0101-image-property]
";
    let text = text.replacen("\nmodules:\n", &format!("\nmodules:\n{more_modules}"), 1);
    let text = text.replacen("\nversions:\n", &format!("\nversions:\n{more}"), 1);
    let file = folder.join("everything.yaml");
    std::fs::write(&file, text).expect("files can be written");
    file
}

/// The number of the line that holds this text.
#[track_caller]
pub(crate) fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).expect("some line holds it") + 1
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ")
}
